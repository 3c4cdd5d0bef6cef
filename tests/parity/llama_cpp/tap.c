/*
 * Preloaded into llama-perplexity: appends the 32-bit logits that it is about to compute its statistics from to
 * $TAP_FILE, $TAP_FLOATS of them at each call (it asks for the first scored position of each chunk; the rest follow).
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

float *llama_get_logits_ith(void *context, int index) {
    static float *(*original)(void *, int);
    static FILE *file;
    if (!original) {
        original = (float *(*)(void *, int))dlsym(RTLD_NEXT, "llama_get_logits_ith");
        file = fopen(getenv("TAP_FILE"), "wb");
    }
    float *logits = original(context, index);
    const size_t count = strtoull(getenv("TAP_FLOATS"), NULL, 10);
    if (!file || !logits || fwrite(logits, sizeof(float), count, file) != count || fflush(file)) {
        fprintf(stderr, "the logits could not be written\n");
        exit(1);
    }
    return logits;
}
