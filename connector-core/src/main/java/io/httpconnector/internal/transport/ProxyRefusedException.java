package io.httpconnector.internal.transport;

import java.io.IOException;

/**
 * Thrown when the proxy refuses a request, so that it does not reach the service. Only the status code of the proxy's response
 * is kept, because the rest of that message does not concern the request.
 */
final class ProxyRefusedException extends IOException {

    private static final long serialVersionUID = 1L;

    private static final int PROXY_AUTHENTICATION_REQUIRED = 407;

    private final int status;

    ProxyRefusedException(int status) {
        super(
                status == PROXY_AUTHENTICATION_REQUIRED
                        ? "it requires credentials, or rejected them (407): set them by Proxy.credentials(...)"
                        : "it responded with the status " + status);
        this.status = status;
    }

    ProxyRefusedException(String problem) {
        super(problem);
        this.status = 0;
    }

    /** Returns whether another attempt may succeed, judging by the status (RFC 9110, section 15). */
    boolean isTemporary() {
        return status == 408 || status == 429 || status == 502 || status == 503 || status == 504;
    }
}
