/* The loop that Magpie is measured against: thumbnail and jpegsave_buffer, image after image, one thread.
 * Usage: thumbnail-loop SOURCE_DIR DESTINATION_DIR */

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <vips/vips.h>

static int compare(const void *a, const void *b) {
  return strcmp(*(char *const *)a, *(char *const *)b);
}

static void fail(const char *what) {
  fprintf(stderr, "thumbnail-loop: %s: %s\n", what, vips_error_buffer());
  exit(1);
}

static void resize(const char *source, const char *destination) {
  VipsImage *image = NULL;
  void *bytes = NULL;
  size_t length = 0;
  if (vips_thumbnail(source, &image, 800, "height", 800, "size", VIPS_SIZE_DOWN, NULL)) fail(source);
  if (vips_jpegsave_buffer(image, &bytes, &length, "Q", 80, "strip", TRUE, NULL)) fail(source);
  FILE *file = fopen(destination, "wb");
  if (!file || fwrite(bytes, 1, length, file) != length || fclose(file)) fail(destination);
  g_free(bytes);
  g_object_unref(image);
}

int main(int argc, char **argv) {
  if (argc != 3) {
    fprintf(stderr, "usage: thumbnail-loop SOURCE_DIR DESTINATION_DIR\n");
    return 1;
  }
  setenv("VIPS_CONCURRENCY", "1", 1);
  if (VIPS_INIT(argv[0])) fail("start");
  vips_cache_set_max(0);

  DIR *folder = opendir(argv[1]);
  if (!folder) fail(argv[1]);
  char **names = NULL;
  size_t count = 0;
  for (struct dirent *entry; (entry = readdir(folder));) {
    if (entry->d_name[0] == '.') continue;
    names = realloc(names, (count + 1) * sizeof *names);
    names[count++] = strdup(entry->d_name);
  }
  closedir(folder);
  qsort(names, count, sizeof *names, compare);

  for (size_t i = 0; i < count; i++) {
    char source[4096], destination[4096];
    snprintf(source, sizeof source, "%s/%s", argv[1], names[i]);
    snprintf(destination, sizeof destination, "%s/%s", argv[2], names[i]);
    resize(source, destination);
  }
  vips_shutdown();
  return 0;
}
