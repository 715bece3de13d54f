package io.httpconnector.auth.oauth2;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import java.net.URI;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The check of every URL that is configured, discovered or received in a response, before a credential is sent there or a
 * browser is opened with it: an absolute https URL, or an http URL on the loopback interface (RFC 8252, section 7.3), without
 * user information and fragment.
 */
final class EndpointUrl {

    private static final String OCTET = "(?:\\d|[1-9]\\d|1\\d\\d|2[0-4]\\d|25[0-5])";
    private static final Pattern LOOPBACK_IPV4 = Pattern.compile("127(?:\\." + OCTET + "){3}");
    private static final Set<String> LOOPBACK = Set.of("localhost", "[::1]", "[0:0:0:0:0:0:0:1]");

    private EndpointUrl() {}

    /** What is wrong with a URL; null when nothing is. */
    static @Nullable String problem(String url) {
        URI uri;
        try {
            uri = Request.get(url).uri();
        } catch (InvalidDefinitionException e) {
            return e.getMessage();
        }
        if (!uri.isAbsolute() || uri.getRawAuthority() == null) {
            return "it is not absolute: begin with https://";
        }
        return "https".equals(uri.getScheme()) || isLoopback(uri.getHost())
                ? null
                : "it is not https: http is permitted on the loopback interface only (127.0.0.1, [::1], localhost)";
    }

    /**
     * Refuses a URL that is not acceptable.
     *
     * @param what where it comes from, for the message
     * @return the URL
     * @throws OAuth2Exception when it is not acceptable
     */
    static String require(String what, String url) {
        String problem = problem(url);
        if (problem != null) {
            throw new OAuth2Exception(what + " is not acceptable: " + TokenAnswer.shown(problem), null, null);
        }
        return url;
    }

    static boolean isLoopback(@Nullable String host) {
        return host != null
                && (LOOPBACK.contains(host) || LOOPBACK_IPV4.matcher(host).matches());
    }

    /** Scheme, host and port of an acceptable URL: RFC 6454, section 6.1. */
    static String origin(String url) {
        URI uri = Request.get(url).uri();
        return (uri.getScheme() + "://" + uri.getRawAuthority()).toLowerCase(Locale.ROOT);
    }
}
