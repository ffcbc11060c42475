#define _GNU_SOURCE
#include "cvips.h"

#include <dlfcn.h>
#include <gmodule.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <vips/vips.h>

#define IN(image) ((VipsImage *)(image))
#define OUT(image) ((struct magpie_image *)(image))

const int magpie_interpretation_multiband = VIPS_INTERPRETATION_MULTIBAND;
const int magpie_interpretation_b_w = VIPS_INTERPRETATION_B_W;
const int magpie_interpretation_cmyk = VIPS_INTERPRETATION_CMYK;
const int magpie_interpretation_srgb = VIPS_INTERPRETATION_sRGB;
const int magpie_interpretation_rgb = VIPS_INTERPRETATION_RGB;
const int magpie_interpretation_rgb16 = VIPS_INTERPRETATION_RGB16;
const int magpie_interpretation_grey16 = VIPS_INTERPRETATION_GREY16;
const int magpie_format_uchar = VIPS_FORMAT_UCHAR;
const int magpie_format_ushort = VIPS_FORMAT_USHORT;

// The library.

static gint lost_tiles;

static void take_log(const gchar *domain, GLogLevelFlags level, const gchar *message, gpointer data) {
    (void)domain, (void)level, (void)data;
    // libvips/conversion/tilecache.c; untranslated, because no locale is set.
    if (g_str_has_prefix(message, "error in tile"))
        g_atomic_int_set(&lost_tiles, 1);
}

int magpie_vips_init(const char *program) {
    // libvips looks for its modules below VIPSHOME: an empty place, so that none is loaded at start.
    setenv("VIPSHOME", "/nonexistent", 1);
    g_log_set_handler("VIPS", G_LOG_LEVEL_WARNING | G_LOG_LEVEL_INFO | G_LOG_LEVEL_MESSAGE, take_log, NULL);
    if (vips_init(program))
        return -1;
    vips_concurrency_set(1);
    vips_cache_set_max(0);
    vips_block_untrusted_set(TRUE);
    return 0;
}

const char *magpie_vips_version(void) {
    static char version[32];
    g_snprintf(version, sizeof version, "%d.%d.%d", vips_version(0), vips_version(1), vips_version(2));
    return version;
}

bool magpie_vips_has_operation(const char *nickname) { return vips_type_find("VipsOperation", nickname) != 0; }

bool magpie_vips_load_module(const char *name) {
    // The module directory lies beside the shared library itself.
    Dl_info info;
    if (!dladdr((void *)vips_init, &info) || !info.dli_fname)
        return false;
    char *library = realpath(info.dli_fname, NULL);
    if (!library)
        return false;
    char *directory = g_path_get_dirname(library);
    char *path = g_strdup_printf("%s/vips-modules-%d.%d/vips-%s.so", directory, vips_version(0), vips_version(1), name);
    GModule *module = g_module_open(path, G_MODULE_BIND_LAZY);
    if (module) {
        g_module_make_resident(module);
        // Types that a module adds are trusted or not by their own flags, and are to be blocked like the others.
        vips_block_untrusted_set(TRUE);
    }
    g_free(path);
    g_free(directory);
    free(library);
    return module != NULL;
}

bool magpie_vips_take_lost_tiles(void) { return g_atomic_int_and((guint *)&lost_tiles, 0) != 0; }

char *magpie_vips_take_errors(void) { return vips_error_buffer_copy(); }

void magpie_vips_free(void *memory) { g_free(memory); }

size_t magpie_vips_tracked_bytes(void) { return vips_tracked_get_mem(); }

// Loaders.

#define LOAD(call, ...)                                                                                                \
    VipsImage *out = NULL;                                                                                             \
    if (call((void *)bytes, length, &out, "access", VIPS_ACCESS_SEQUENTIAL, "fail_on", VIPS_FAIL_ON_TRUNCATED,         \
             ##__VA_ARGS__, NULL))                                                                                     \
        return NULL;                                                                                                   \
    return OUT(out)

struct magpie_image *magpie_load_jpeg(const void *bytes, size_t length, int shrink) {
    LOAD(vips_jpegload_buffer, "shrink", shrink);
}
struct magpie_image *magpie_load_png(const void *bytes, size_t length) { LOAD(vips_pngload_buffer); }
struct magpie_image *magpie_load_webp(const void *bytes, size_t length, double scale) {
    LOAD(vips_webpload_buffer, "scale", scale);
}
struct magpie_image *magpie_load_gif(const void *bytes, size_t length) { LOAD(vips_gifload_buffer); }
struct magpie_image *magpie_load_tiff(const void *bytes, size_t length) { LOAD(vips_tiffload_buffer); }
struct magpie_image *magpie_load_heif(const void *bytes, size_t length) { LOAD(vips_heifload_buffer); }

// What an image says of itself.

void magpie_image_release(struct magpie_image *image) { g_object_unref(image); }
int magpie_image_width(const struct magpie_image *image) { return vips_image_get_width((const VipsImage *)image); }
int magpie_image_height(const struct magpie_image *image) { return vips_image_get_height((const VipsImage *)image); }
int magpie_image_bands(const struct magpie_image *image) { return vips_image_get_bands((const VipsImage *)image); }
int magpie_image_pages(struct magpie_image *image) { return vips_image_get_n_pages(IN(image)); }
bool magpie_image_is_interlaced(struct magpie_image *image) {
    return vips_image_get_typeof(IN(image), "interlaced") != 0;
}
int magpie_image_orientation(struct magpie_image *image) { return vips_image_get_orientation(IN(image)); }
bool magpie_image_has_alpha(struct magpie_image *image) { return vips_image_hasalpha(IN(image)); }
int magpie_image_interpretation(const struct magpie_image *image) {
    return vips_image_guess_interpretation((const VipsImage *)image);
}
int magpie_image_format(const struct magpie_image *image) { return vips_image_get_format((const VipsImage *)image); }
const void *magpie_image_blob(struct magpie_image *image, const char *field, size_t *length) {
    const void *bytes = NULL;
    if (!vips_image_get_typeof(IN(image), field) || vips_image_get_blob(IN(image), field, &bytes, length))
        return NULL;
    return bytes;
}

// Operations.

#define OPERATION(call, ...)                                                                                           \
    VipsImage *out = NULL;                                                                                             \
    if (call(IN(image), &out, ##__VA_ARGS__, NULL))                                                                    \
        return NULL;                                                                                                   \
    return OUT(out)

struct magpie_image *magpie_resize(struct magpie_image *image, double horizontal, double vertical) {
    OPERATION(vips_resize, horizontal, "vscale", vertical);
}
struct magpie_image *magpie_colourspace(struct magpie_image *image, int interpretation) {
    OPERATION(vips_colourspace, interpretation);
}
struct magpie_image *magpie_icc_to_srgb(struct magpie_image *image, const char *fallback) {
    OPERATION(vips_icc_transform, "srgb", "embedded", TRUE, "input_profile", fallback, "intent",
              VIPS_INTENT_PERCEPTUAL, "depth", 8);
}
struct magpie_image *magpie_premultiply(struct magpie_image *image) { OPERATION(vips_premultiply); }
struct magpie_image *magpie_unpremultiply(struct magpie_image *image) { OPERATION(vips_unpremultiply); }
struct magpie_image *magpie_round(struct magpie_image *image) { OPERATION(vips_rint); }
struct magpie_image *magpie_cast(struct magpie_image *image, int format) { OPERATION(vips_cast, format); }
struct magpie_image *magpie_interpret(struct magpie_image *image, int interpretation) {
    OPERATION(vips_copy, "interpretation", interpretation);
}
struct magpie_image *magpie_extract_bands(struct magpie_image *image, int first, int count) {
    OPERATION(vips_extract_band, first, "n", count);
}
struct magpie_image *magpie_copy_memory(struct magpie_image *image) {
    return OUT(vips_image_copy_memory(IN(image)));
}
struct magpie_image *magpie_rotate(struct magpie_image *image, int quarters) {
    OPERATION(vips_rot, (VipsAngle)quarters);
}
struct magpie_image *magpie_flip_horizontal(struct magpie_image *image) {
    OPERATION(vips_flip, VIPS_DIRECTION_HORIZONTAL);
}
struct magpie_image *magpie_flip_vertical(struct magpie_image *image) {
    OPERATION(vips_flip, VIPS_DIRECTION_VERTICAL);
}
struct magpie_image *magpie_crop(struct magpie_image *image, int left, int top, int width, int height) {
    OPERATION(vips_extract_area, left, top, width, height);
}
struct magpie_image *magpie_crop_attention(struct magpie_image *image, int width, int height) {
    OPERATION(vips_smartcrop, width, height, "interesting", VIPS_INTERESTING_ATTENTION);
}
struct magpie_image *magpie_crop_entropy(struct magpie_image *image, int width, int height) {
    OPERATION(vips_smartcrop, width, height, "interesting", VIPS_INTERESTING_ENTROPY);
}
struct magpie_image *magpie_embed(struct magpie_image *image, int left, int top, int width, int height,
                                  const double *background, int count) {
    VipsArrayDouble *array = vips_array_double_new(background, count);
    VipsImage *out = NULL;
    int failed = vips_embed(IN(image), &out, left, top, width, height, "extend", VIPS_EXTEND_BACKGROUND, "background",
                            array, NULL);
    vips_area_unref(VIPS_AREA(array));
    return failed ? NULL : OUT(out);
}
struct magpie_image *magpie_flatten(struct magpie_image *image, const double *background, int count) {
    VipsArrayDouble *array = vips_array_double_new(background, count);
    VipsImage *out = NULL;
    int failed = vips_flatten(IN(image), &out, "background", array, NULL);
    vips_area_unref(VIPS_AREA(array));
    return failed ? NULL : OUT(out);
}
struct magpie_image *magpie_without_metadata(struct magpie_image *image) {
    VipsImage *out = NULL;
    if (vips_copy(IN(image), &out, NULL))
        return NULL;
    char **fields = vips_image_get_fields(out);
    for (char **field = fields; field && *field; field++)
        vips_image_remove(out, *field);
    g_strfreev(fields);
    return OUT(out);
}

// Savers.

int magpie_save_jpeg(struct magpie_image *image, int quality, bool strip, void **bytes, size_t *length) {
    return vips_jpegsave_buffer(IN(image), bytes, length, "Q", quality, "strip", strip, NULL);
}
int magpie_save_png(struct magpie_image *image, int compression, bool filtered, bool strip, void **bytes,
                    size_t *length) {
    return vips_pngsave_buffer(IN(image), bytes, length, "compression", compression, "filter",
                               filtered ? VIPS_FOREIGN_PNG_FILTER_ALL : VIPS_FOREIGN_PNG_FILTER_NONE, "strip", strip,
                               NULL);
}
int magpie_save_webp(struct magpie_image *image, int quality, int effort, bool strip, void **bytes, size_t *length) {
    return vips_webpsave_buffer(IN(image), bytes, length, "Q", quality, "effort", effort, "strip", strip, NULL);
}
