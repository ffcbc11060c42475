#pragma once
// SHA-256 through OpenSSL's one-shot call, which uses the processor's SHA instructions where it has them.
#include <openssl/sha.h>
