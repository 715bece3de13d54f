package io.httpconnector.internal.transport;

import java.io.IOException;

/**
 * The proxy did not do what it was asked for, so that the request never reached the service. Only the status code is kept of
 * what the proxy sent: nothing else of that message has a meaning for the request.
 */
final class ProxyRefusedException extends IOException {

    private static final long serialVersionUID = 1L;

    private static final int PROXY_AUTHENTICATION_REQUIRED = 407;

    private final int status;

    ProxyRefusedException(int status) {
        super(
                status == PROXY_AUTHENTICATION_REQUIRED
                        ? "it wants credentials, or others (407): set them by Proxy.credentials(...)"
                        : "it responded with the status " + status);
        this.status = status;
    }

    ProxyRefusedException(String problem) {
        super(problem);
        this.status = 0;
    }

    /** Returns whether another attempt may succeed, by the status (RFC 9110, section 15). */
    boolean isTemporary() {
        return status == 408 || status == 429 || status == 502 || status == 503 || status == 504;
    }
}
