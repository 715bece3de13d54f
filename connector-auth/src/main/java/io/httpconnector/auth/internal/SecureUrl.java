package io.httpconnector.auth.internal;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The check of URLs that receive credentials or that a browser is opened with: an absolute https URL, or an http URL on the
 * loopback interface (RFC 8252, section 7.3), without user information and fragment.
 */
public final class SecureUrl {

    private static final String OCTET = "(?:\\d|[1-9]\\d|1\\d\\d|2[0-4]\\d|25[0-5])";
    private static final Pattern LOOPBACK_IPV4 = Pattern.compile("127(?:\\." + OCTET + "){3}");
    private static final Set<String> LOOPBACK = Set.of("localhost", "[::1]", "[0:0:0:0:0:0:0:1]");

    private SecureUrl() {}

    /**
     * Checks a URL.
     *
     * @param url the URL
     * @return the reason why it is invalid; null if it is valid
     */
    public static @Nullable String problem(String url) {
        URI uri;
        try {
            uri = Request.get(url).uri();
        } catch (InvalidDefinitionException e) {
            return e.getMessage();
        }
        if (!uri.isAbsolute() || uri.getRawAuthority() == null) {
            return "it is not absolute: start with https://";
        }
        return "https".equals(uri.getScheme()) || isLoopback(uri.getHost())
                ? null
                : "it is not https: http is permitted on the loopback interface only (127.0.0.1, [::1], localhost)";
    }

    /**
     * Checks an issuer identifier: RFC 8414, section 2.
     *
     * @param issuer the issuer identifier
     * @return the reason why it is invalid; null if it is valid
     */
    public static @Nullable String problemOfIssuer(String issuer) {
        String problem = problem(issuer);
        return problem == null && issuer.indexOf('?') >= 0
                ? "an issuer identifier can't have a query: remove it"
                : problem;
    }

    /**
     * Checks the identifier of a resource: RFC 8707, section 2.
     *
     * @param resource the URI
     * @return the reason why it is invalid; null if it is valid
     */
    public static @Nullable String problemOfResource(String resource) {
        try {
            URI uri = new URI(resource);
            return !uri.isAbsolute()
                    ? "it is not an absolute URI, such as https://api.example.com/"
                    : uri.getRawFragment() != null ? "it has a fragment: remove it" : null;
        } catch (URISyntaxException e) {
            return "it is not a URI: " + e.getReason() + " at character " + (e.getIndex() + 1);
        }
    }

    /**
     * Returns whether the host of a URL is a loopback name or address.
     *
     * @param host the host, or null
     * @return true for a loopback host
     */
    public static boolean isLoopback(@Nullable String host) {
        return host != null
                && (LOOPBACK.contains(host) || LOOPBACK_IPV4.matcher(host).matches());
    }
}
