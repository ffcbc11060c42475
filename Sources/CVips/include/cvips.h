#pragma once
// Typed shims over libvips, whose calls are variadic and whose headers bring all of GLib. Each shim builds the option
// list of one call and nothing more: what to call, and in which order, is decided in MagpieImaging.
//
// Images are opaque. A function that returns an image returns a new reference, or NULL with the reason in libvips'
// error buffer; one that returns an int returns 0, or non-zero with the reason in that buffer.
#include <stdbool.h>
#include <stddef.h>

struct magpie_image;

// The library.

/// Starts libvips: one thread per image, no operation cache, untrusted loaders blocked, warnings unprinted, and none of
/// its loadable modules (see `magpie_vips_load_module`).
int magpie_vips_init(const char *program);
/// "8.14.1"
const char *magpie_vips_version(void);
/// Whether an operation of that name, `jpegload_buffer` for example, exists.
bool magpie_vips_has_operation(const char *nickname);
/// Loads `vips-<name>.so` from libvips' own module directory. False where there is none or it does not load.
bool magpie_vips_load_module(const char *name);
/// The error buffer; empties it. Release with `magpie_vips_free`.
char *magpie_vips_take_errors(void);
void magpie_vips_free(void *memory);
/// Whether a part of an image was painted black instead of failing since this was last asked. libvips' tile cache does
/// so on any error, out of memory among them, and tells of it in a warning alone.
bool magpie_vips_take_lost_tiles(void);
/// Bytes that libvips holds for pixels right now.
size_t magpie_vips_tracked_bytes(void);

// Loaders from memory that the caller keeps alive as long as the image. Truncated input is an error.

struct magpie_image *magpie_load_jpeg(const void *bytes, size_t length, int shrink);
struct magpie_image *magpie_load_png(const void *bytes, size_t length);
struct magpie_image *magpie_load_webp(const void *bytes, size_t length, double scale);
struct magpie_image *magpie_load_gif(const void *bytes, size_t length);
struct magpie_image *magpie_load_tiff(const void *bytes, size_t length);
struct magpie_image *magpie_load_heif(const void *bytes, size_t length);

// What an image says of itself.

void magpie_image_release(struct magpie_image *image);
int magpie_image_width(const struct magpie_image *image);
int magpie_image_height(const struct magpie_image *image);
int magpie_image_bands(const struct magpie_image *image);
/// Pages or frames in the file it came from.
int magpie_image_pages(struct magpie_image *image);
bool magpie_image_is_interlaced(struct magpie_image *image);
/// EXIF orientation, 1 to 8.
int magpie_image_orientation(struct magpie_image *image);
bool magpie_image_has_alpha(struct magpie_image *image);
/// The value of a VipsInterpretation, see `magpie_interpretation`.
int magpie_image_interpretation(const struct magpie_image *image);
/// The value of a VipsBandFormat, see `magpie_format_uchar` and `magpie_format_ushort`.
int magpie_image_format(const struct magpie_image *image);
/// The bytes of a metadata field; they live as long as the image. NULL where it has none.
const void *magpie_image_blob(struct magpie_image *image, const char *field, size_t *length);

extern const int magpie_interpretation_multiband;
extern const int magpie_interpretation_b_w;
extern const int magpie_interpretation_cmyk;
extern const int magpie_interpretation_srgb;
extern const int magpie_interpretation_rgb;
extern const int magpie_interpretation_rgb16;
extern const int magpie_interpretation_grey16;
extern const int magpie_format_uchar;
extern const int magpie_format_ushort;

// Operations.

struct magpie_image *magpie_resize(struct magpie_image *image, double horizontal, double vertical);
struct magpie_image *magpie_colourspace(struct magpie_image *image, int interpretation);
/// From the embedded profile, or from the built-in `fallback` ("srgb", "cmyk") where it has none that can be used, to
/// 8-bit sRGB; perceptual intent.
struct magpie_image *magpie_icc_to_srgb(struct magpie_image *image, const char *fallback);
struct magpie_image *magpie_premultiply(struct magpie_image *image);
struct magpie_image *magpie_unpremultiply(struct magpie_image *image);
struct magpie_image *magpie_round(struct magpie_image *image);
struct magpie_image *magpie_cast(struct magpie_image *image, int format);
/// The same pixels under another interpretation.
struct magpie_image *magpie_interpret(struct magpie_image *image, int interpretation);
struct magpie_image *magpie_extract_bands(struct magpie_image *image, int first, int count);
/// All pixels in memory, so that they can be read in any order.
struct magpie_image *magpie_copy_memory(struct magpie_image *image);
/// Clockwise by `quarters` times 90 degrees, 1 to 3.
struct magpie_image *magpie_rotate(struct magpie_image *image, int quarters);
struct magpie_image *magpie_flip_horizontal(struct magpie_image *image);
struct magpie_image *magpie_flip_vertical(struct magpie_image *image);
struct magpie_image *magpie_crop(struct magpie_image *image, int left, int top, int width, int height);
struct magpie_image *magpie_crop_attention(struct magpie_image *image, int width, int height);
struct magpie_image *magpie_crop_entropy(struct magpie_image *image, int width, int height);
/// `background` has as many elements as the image has bands.
struct magpie_image *magpie_embed(struct magpie_image *image, int left, int top, int width, int height,
                                  const double *background, int count);
/// `background` has as many elements as the image has bands without alpha.
struct magpie_image *magpie_flatten(struct magpie_image *image, const double *background, int count);
/// The same pixels without any metadata.
struct magpie_image *magpie_without_metadata(struct magpie_image *image);

// Savers. The bytes are released with `magpie_vips_free`. `strip` leaves all metadata out.

int magpie_save_jpeg(struct magpie_image *image, int quality, bool strip, void **bytes, size_t *length);
/// `filtered`: every row with the filter that suits it best.
int magpie_save_png(struct magpie_image *image, int compression, bool filtered, bool strip, void **bytes,
                    size_t *length);
int magpie_save_webp(struct magpie_image *image, int quality, int effort, bool strip, void **bytes, size_t *length);
