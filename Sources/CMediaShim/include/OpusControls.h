#ifndef CMEDIASHIM_OPUS_CONTROLS_H
#define CMEDIASHIM_OPUS_CONTROLS_H

#include <stdint.h>

// `opus_encoder_ctl` and `opus_decoder_ctl` are variadic, so each request has a function here.
// All return OPUS_OK (0) or a negative OPUS_* error code.

struct OpusEncoder;
struct OpusDecoder;

/// Target bit rate in bit/s, 500...512 000 (OPUS_SET_BITRATE).
int media_opus_encoder_set_bitrate(struct OpusEncoder *encoder, int32_t bits_per_second);
/// Computational effort, 0...10 (OPUS_SET_COMPLEXITY).
int media_opus_encoder_set_complexity(struct OpusEncoder *encoder, int32_t complexity);
/// 1 for variable, 0 for constant bit rate (OPUS_SET_VBR).
int media_opus_encoder_set_vbr(struct OpusEncoder *encoder, int32_t enabled);
/// 1 to bound the rate's variation to one frame of buffering (OPUS_SET_VBR_CONSTRAINT).
int media_opus_encoder_set_vbr_constraint(struct OpusEncoder *encoder, int32_t enabled);
/// 1 to stop sending in silence (OPUS_SET_DTX).
int media_opus_encoder_set_dtx(struct OpusEncoder *encoder, int32_t enabled);
/// 1 to carry a coarse copy of the preceding frame (OPUS_SET_INBAND_FEC).
int media_opus_encoder_set_inband_fec(struct OpusEncoder *encoder, int32_t enabled);
/// Expected loss in per cent, 0...100 (OPUS_SET_PACKET_LOSS_PERC).
int media_opus_encoder_set_packet_loss_percentage(struct OpusEncoder *encoder, int32_t percentage);
/// An OPUS_BANDWIDTH_* value that is not exceeded (OPUS_SET_MAX_BANDWIDTH).
int media_opus_encoder_set_max_bandwidth(struct OpusEncoder *encoder, int32_t bandwidth);
/// OPUS_AUTO, OPUS_SIGNAL_VOICE or OPUS_SIGNAL_MUSIC (OPUS_SET_SIGNAL).
int media_opus_encoder_set_signal(struct OpusEncoder *encoder, int32_t signal);
/// State of the range coder after the last frame, equal to the decoder's (OPUS_GET_FINAL_RANGE).
int media_opus_encoder_get_final_range(struct OpusEncoder *encoder, uint32_t *range);
/// 1 while the encoder is in DTX silence (OPUS_GET_IN_DTX).
int media_opus_encoder_get_in_dtx(struct OpusEncoder *encoder, int32_t *in_dtx);
/// Samples of look-ahead at the encoder's sampling rate (OPUS_GET_LOOKAHEAD).
int media_opus_encoder_get_lookahead(struct OpusEncoder *encoder, int32_t *samples);
/// Forgets the signal so far, keeping the settings (OPUS_RESET_STATE).
int media_opus_encoder_reset(struct OpusEncoder *encoder);

/// State of the range coder after the last packet (OPUS_GET_FINAL_RANGE).
int media_opus_decoder_get_final_range(struct OpusDecoder *decoder, uint32_t *range);
/// Samples of the last packet decoded or concealed (OPUS_GET_LAST_PACKET_DURATION).
int media_opus_decoder_get_last_packet_duration(struct OpusDecoder *decoder, int32_t *samples);
/// Forgets the signal so far, keeping the settings (OPUS_RESET_STATE).
int media_opus_decoder_reset(struct OpusDecoder *decoder);

#endif
