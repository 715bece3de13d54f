package io.httpconnector.auth.oauth2;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.auth.internal.ErrorText;
import io.httpconnector.auth.internal.UrlValue;
import io.httpconnector.internal.http.HostPattern;
import io.httpconnector.template.PillText;
import java.net.InetAddress;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Renders the URL of an endpoint with values of the callback or of a token response: {@code {{auth.name}}}. These values are
 * untrusted: in a host they can only be a part of the name, and a URL that begins with one must be at a trusted host.
 *
 * @param values by name
 * @param trustedHosts the patterns of the trusted hosts
 */
record EndpointTemplate(Map<String, String> values, List<String> trustedHosts) {

    private static final String PREFIX = "auth.";

    static boolean isTemplate(String url) {
        return url.contains("{{");
    }

    /** Returns why a URL with or without placeholders is not acceptable; null if it is. */
    static @Nullable String problem(String url) {
        if (!isTemplate(url)) {
            return EndpointUrl.problem(url);
        }
        try {
            PillText text = PillText.compile(url);
            for (String name : text.names()) {
                if (!name.startsWith(PREFIX)) {
                    return "{{" + name + "}} is unknown: use {{auth.name}}";
                }
            }
            String sample = text.render(
                    name -> "x", (before, value) -> before.isEmpty() ? "https://x" : UrlValue.encode(before, value));
            return sample == null ? null : EndpointUrl.problem(sample);
        } catch (InvalidDefinitionException e) {
            return String.join("; ", e.problems());
        }
    }

    /** Returns whether a URL begins with a placeholder, so that it could be at any host. */
    static boolean isAnywhere(String url) {
        return url.startsWith("{") && isTemplate(url);
    }

    String render(String url) {
        String rendered;
        try {
            rendered =
                    PillText.compile(url).render(name -> values.get(name.substring(PREFIX.length())), UrlValue::encode);
        } catch (InvalidDefinitionException e) {
            throw new OAuth2Exception(
                    "The endpoint " + url + " can't be determined: "
                            + ErrorText.singleLine(String.join("; ", e.problems())),
                    null,
                    null);
        }
        String known = EndpointUrl.require("The endpoint " + url, String.valueOf(rendered));
        if (isAnywhere(url) && !isTrusted(URI.create(known).getHost())) {
            throw new OAuth2Exception(
                    "The endpoint " + url + " is at " + ErrorText.singleLine(EndpointUrl.origin(known))
                            + ", which is not one of the trusted hosts " + trustedHosts,
                    null,
                    null);
        }
        return known;
    }

    private boolean isTrusted(String host) {
        InetAddress address = HostPattern.literal(host);
        return trustedHosts.stream()
                .map(pattern -> HostPattern.of("host", pattern))
                .anyMatch(pattern -> address == null ? pattern.matchesName(host) : pattern.matchesAddress(address));
    }
}
