#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

// What Swift does not import: macros over SSL_ctrl and SSL_CTX_ctrl.

// Version 1.2 at least, and writes that may be continued from another place in memory.
static inline int kuzet_tls_prepare(SSL_CTX *context) {
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1;
}

static inline int kuzet_tls_name(SSL *session, const char *name) {
    return SSL_set_tlsext_host_name(session, name) == 1 && SSL_set1_host(session, name) == 1;
}

// A clock that nobody set is too early at most by the time the board was off: what begins later is
// taken, what is over is not.
static inline int kuzet_tls_accept_early(int isFine, X509_STORE_CTX *context) {
    if (isFine) return 1;
    int cause = X509_STORE_CTX_get_error(context);
    if (cause != X509_V_ERR_CERT_NOT_YET_VALID && cause != X509_V_ERR_CRL_NOT_YET_VALID) return 0;
    X509_STORE_CTX_set_error(context, X509_V_OK);
    return 1;
}

static inline void kuzet_tls_verify(SSL_CTX *context, int clockIsUnset, int64_t seconds) {
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, clockIsUnset ? kuzet_tls_accept_early : NULL);
    X509_VERIFY_PARAM_set_time(SSL_CTX_get0_param(context), (time_t)seconds);
}

// Nobody is there to type a passphrase, and OpenSSL would ask a terminal for it.
static inline int kuzet_tls_no_passphrase(char *buffer, int size, int isWriting, void *isAsked) {
    (void)buffer, (void)size, (void)isWriting;
    if (isAsked) *(int *)isAsked = 1;
    return -1;
}

// 1 where it is read, 0 where not, -1 where it has a passphrase.
static inline int kuzet_tls_use_key(SSL_CTX *context, const char *path) {
    int isAsked = 0;
    SSL_CTX_set_default_passwd_cb(context, kuzet_tls_no_passphrase);
    SSL_CTX_set_default_passwd_cb_userdata(context, &isAsked);
    int isRead = SSL_CTX_use_PrivateKey_file(context, path, SSL_FILETYPE_PEM);
    SSL_CTX_set_default_passwd_cb_userdata(context, NULL);
    return isRead == 1 ? 1 : isAsked ? -1 : 0;
}
