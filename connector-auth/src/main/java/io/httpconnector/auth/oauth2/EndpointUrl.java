package io.httpconnector.auth.oauth2;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.auth.internal.ErrorText;
import io.httpconnector.auth.internal.SecureUrl;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The check of every URL that is configured, discovered or received in a response, before a credential is sent there or a
 * browser is opened with it: an absolute https URL, or an http URL on the loopback interface (RFC 8252, section 7.3), without
 * user information and fragment.
 */
final class EndpointUrl {

    private EndpointUrl() {}

    /** Returns why a URL is not acceptable; null if it is. */
    static @Nullable String problem(String url) {
        return SecureUrl.problem(url);
    }

    /**
     * Rejects a URL that is not acceptable.
     *
     * @param source the source of the URL, for the message
     * @return the URL
     * @throws OAuth2Exception if it is not acceptable
     */
    static String require(String source, String url) {
        String problem = problem(url);
        if (problem != null) {
            throw new OAuth2Exception(source + " is not acceptable: " + ErrorText.singleLine(problem), null, null);
        }
        return url;
    }

    /**
     * Checks the page that a browser is sent to. It can have a fragment, for a single-page application.
     *
     * @throws InvalidDefinitionException if it is not acceptable
     */
    static void checkPage(String url) {
        String problem = url == null ? null : problem(url.split("#", 2)[0]);
        if (problem != null) {
            throw new InvalidDefinitionException("URL", List.of(problem));
        }
    }

    static boolean isLoopback(@Nullable String host) {
        return SecureUrl.isLoopback(host);
    }

    /** Returns scheme, host and port of an acceptable URL: RFC 6454, section 6.1; a URL with placeholders stays as it is. */
    static String origin(String url) {
        if (EndpointTemplate.isTemplate(url)) {
            return url; // its origin is unknown
        }
        URI uri = Request.get(url).uri();
        return (uri.getScheme() + "://" + uri.getRawAuthority()).toLowerCase(Locale.ROOT);
    }
}
