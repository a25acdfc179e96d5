#include "OpusControls.h"

#include <opus.h>

int media_opus_encoder_set_bitrate(struct OpusEncoder *encoder, int32_t bits_per_second) {
    return opus_encoder_ctl(encoder, OPUS_SET_BITRATE(bits_per_second));
}

int media_opus_encoder_set_complexity(struct OpusEncoder *encoder, int32_t complexity) {
    return opus_encoder_ctl(encoder, OPUS_SET_COMPLEXITY(complexity));
}

int media_opus_encoder_set_vbr(struct OpusEncoder *encoder, int32_t enabled) {
    return opus_encoder_ctl(encoder, OPUS_SET_VBR(enabled));
}

int media_opus_encoder_set_vbr_constraint(struct OpusEncoder *encoder, int32_t enabled) {
    return opus_encoder_ctl(encoder, OPUS_SET_VBR_CONSTRAINT(enabled));
}

int media_opus_encoder_set_dtx(struct OpusEncoder *encoder, int32_t enabled) {
    return opus_encoder_ctl(encoder, OPUS_SET_DTX(enabled));
}

int media_opus_encoder_set_inband_fec(struct OpusEncoder *encoder, int32_t enabled) {
    return opus_encoder_ctl(encoder, OPUS_SET_INBAND_FEC(enabled));
}

int media_opus_encoder_set_packet_loss_percentage(struct OpusEncoder *encoder, int32_t percentage) {
    return opus_encoder_ctl(encoder, OPUS_SET_PACKET_LOSS_PERC(percentage));
}

int media_opus_encoder_set_max_bandwidth(struct OpusEncoder *encoder, int32_t bandwidth) {
    return opus_encoder_ctl(encoder, OPUS_SET_MAX_BANDWIDTH(bandwidth));
}

int media_opus_encoder_set_signal(struct OpusEncoder *encoder, int32_t signal) {
    return opus_encoder_ctl(encoder, OPUS_SET_SIGNAL(signal));
}

int media_opus_encoder_get_final_range(struct OpusEncoder *encoder, uint32_t *range) {
    return opus_encoder_ctl(encoder, OPUS_GET_FINAL_RANGE(range));
}

int media_opus_encoder_get_in_dtx(struct OpusEncoder *encoder, int32_t *in_dtx) {
    return opus_encoder_ctl(encoder, OPUS_GET_IN_DTX(in_dtx));
}

int media_opus_encoder_get_lookahead(struct OpusEncoder *encoder, int32_t *samples) {
    return opus_encoder_ctl(encoder, OPUS_GET_LOOKAHEAD(samples));
}

int media_opus_encoder_reset(struct OpusEncoder *encoder) {
    return opus_encoder_ctl(encoder, OPUS_RESET_STATE);
}

int media_opus_decoder_get_final_range(struct OpusDecoder *decoder, uint32_t *range) {
    return opus_decoder_ctl(decoder, OPUS_GET_FINAL_RANGE(range));
}

int media_opus_decoder_get_last_packet_duration(struct OpusDecoder *decoder, int32_t *samples) {
    return opus_decoder_ctl(decoder, OPUS_GET_LAST_PACKET_DURATION(samples));
}

int media_opus_decoder_reset(struct OpusDecoder *decoder) {
    return opus_decoder_ctl(decoder, OPUS_RESET_STATE);
}
