// A GStreamer pipeline of the whole frame path, for `voicesim bench media`: opusenc ! rtpopuspay !
// srtpenc ! srtpdec ! rtpjitterbuffer ! rtpopusdepay ! opusdec, with no clock to wait for.
//
// usage: media_gstreamer full SPEECH BITRATE COMPLEXITY BANDWIDTH
// Prints `ready`, then for each line with a number of frames the CPU ns per frame, of all threads
// of the pipeline together.
#include "common.h"

#include <gst/gst.h>

// The encryption key is a master key and salt, 28 bytes for AES-128-GCM. The decoder finds it in
// the stream's description, which srtpenc writes.
static const char description[] =
    "fakesrc name=source sizetype=fixed sizemax=1920 filltype=nothing format=time "
    "  signal-handoffs=true "
    "! audio/x-raw,format=S16LE,rate=48000,channels=1,layout=interleaved "
    "! opusenc name=encoder bitrate-type=constrained-vbr frame-size=20 audio-type=voice "
    "! rtpopuspay ! srtpenc rtp-cipher=aes-128-gcm rtp-auth=null rtcp-cipher=aes-128-gcm "
    "  rtcp-auth=null key=000102030405060708090a0b0c0d0e0f101112131415161718191a1b "
    "! srtpdec ! rtpjitterbuffer latency=60 mode=none ! rtpopusdepay ! opusdec "
    "! fakesink name=sink sync=false signal-handoffs=true";

static speech voice;
static int bitrate, complexity, bandwidth;
static size_t spoken, heard;

static void speak(GstElement *source, GstBuffer *buffer, GstPad *pad, gpointer unused) {
    (void)source;
    (void)pad;
    (void)unused;
    gst_buffer_fill(buffer, 0, next_frame(&voice), 2 * FRAME_SAMPLES);
    GST_BUFFER_PTS(buffer) = GST_BUFFER_DTS(buffer) = spoken++ * 20 * GST_MSECOND;
    GST_BUFFER_DURATION(buffer) = 20 * GST_MSECOND;
}

static void hear(GstElement *sink, GstBuffer *buffer, GstPad *pad, gpointer unused) {
    (void)sink;
    (void)pad;
    (void)unused;
    heard += gst_buffer_get_size(buffer);
}

static double process_cpu(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static double full(size_t operations) {
    GError *error = NULL;
    GstElement *pipeline = gst_parse_launch(description, &error);
    require(pipeline != NULL && error == NULL, "the pipeline does not build");
    GstElement *source = gst_bin_get_by_name(GST_BIN(pipeline), "source");
    GstElement *sink = gst_bin_get_by_name(GST_BIN(pipeline), "sink");
    GstElement *encoder = gst_bin_get_by_name(GST_BIN(pipeline), "encoder");
    g_object_set(encoder, "bitrate", bitrate, "complexity", complexity, NULL);
    gst_util_set_object_arg(G_OBJECT(encoder), "bandwidth", bandwidth <= 8000 ? "wideband"
                            : bandwidth <= 12000 ? "superwideband" : "auto");
    g_object_set(source, "num-buffers", (int)operations, NULL);
    g_signal_connect(source, "handoff", G_CALLBACK(speak), NULL);
    g_signal_connect(sink, "handoff", G_CALLBACK(hear), NULL);
    spoken = heard = 0;
    GstBus *bus = gst_element_get_bus(pipeline);
    double start = process_cpu();
    gst_element_set_state(pipeline, GST_STATE_PLAYING);
    GstMessage *message = gst_bus_timed_pop_filtered(
        bus, 120 * GST_SECOND, GST_MESSAGE_ERROR | GST_MESSAGE_EOS);
    double spent = process_cpu() - start;
    require(message != NULL && GST_MESSAGE_TYPE(message) == GST_MESSAGE_EOS,
            "the pipeline does not come to its end");
    // What is lost or concealed would be work not done.
    require(heard + 4 * 2 * FRAME_SAMPLES >= operations * 2 * FRAME_SAMPLES, "frames got lost");
    gst_message_unref(message);
    gst_element_set_state(pipeline, GST_STATE_NULL);
    gst_object_unref(bus);
    gst_object_unref(source);
    gst_object_unref(encoder);
    gst_object_unref(sink);
    gst_object_unref(pipeline);
    return spent / (double)operations;
}

int main(int count, char **words) {
    if (count != 6) return 64;
    gst_init(NULL, NULL);
    voice = read_speech(words[2]);
    bitrate = atoi(words[3]);
    complexity = atoi(words[4]);
    bandwidth = atoi(words[5]);
    full(100);
    return serve(full);
}
