package io.httpconnector.internal.http;

/**
 * The origin of a URL: scheme, host and port (RFC 6454).
 *
 * @param scheme http or https
 * @param host the name or address in lower case, without brackets
 * @param port the port, or -1 for the default port of the scheme
 */
public record Origin(String scheme, String host, int port) {

    /** Returns the host, followed by the port if it is not the default port. */
    public String authority() {
        String name = host.indexOf(':') < 0 ? host : "[" + host + "]";
        return port < 0 ? name : name + ":" + port;
    }

    /** Returns the origin as a URL without a path. */
    @Override
    public String toString() {
        return scheme + "://" + authority();
    }
}
