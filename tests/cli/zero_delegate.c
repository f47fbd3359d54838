#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
typedef struct { int size; int data[]; } Ints;
typedef struct Context Context;
typedef struct Registration {
  void *(*init)(Context *, const char *, size_t); void (*free)(Context *, void *);
  int (*prepare)(Context *, void *); int (*invoke)(Context *, void *);
  const char *(*profiling)(const Context *, const void *);
  int32_t builtin; const char *name; int version; void *more[8];
} Registration;
typedef struct Delegate {
  void *data; int (*prepare)(Context *, struct Delegate *);
  void *from, *to, *release; int64_t flags; void *opaque;
} Delegate;
struct Context {
  size_t size; int (*plan)(Context *, Ints **); void *tensors, *impl, *resize, *report, *add, *node;
  int (*replace)(Context *, Registration, const Ints *, Delegate *);
};
static int fine(Context *c, void *n) { return 0; }
static void *init(Context *c, const char *b, size_t n) { return malloc(1); }
static void release(Context *c, void *d) { free(d); }
static int take(Context *c, Delegate *d) {
  Ints *plan; if (c->plan(c, &plan)) return 1;
  Registration r = {init, release, fine, fine, 0, 51, "zero", 1};
  return c->replace(c, r, plan, d);
}
Delegate *tflite_plugin_create_delegate(char **k, char **v, size_t n, void (*e)(const char *)) {
  Delegate *d = calloc(1, sizeof *d + 64); d->prepare = n ? (int (*)(Context *, Delegate *))fine : take; return d;
}
void tflite_plugin_destroy_delegate(Delegate *d) { free(d); }
