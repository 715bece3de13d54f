package io.httpconnector.definition.configuration;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.auth.oauth2.TokenEncryption;
import io.httpconnector.definition.Connector;
import io.httpconnector.definition.ConnectorDefinition;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Checks of the properties of an application, for integrations of frameworks that read properties themselves. Without them, a mistake
 * would be reported with the first request.
 */
public final class ApplicationChecks {

    /** Segments that no client or server changes. */
    private static final Pattern PATH =
            Pattern.compile("/?|/?(?!\\.{1,2}(?:/|$))[A-Za-z0-9._~-]+(?:/(?!\\.{1,2}(?:/|$))[A-Za-z0-9._~-]+)*/?");

    private ApplicationChecks() {}

    /**
     * Returns the problems of properties that need nothing else to be checked.
     *
     * @param encryptionKey {@code connectors.store.encryption-key}; null if it is not set
     * @param shutdownTimeout {@code connectors.shutdown-timeout}; null if it is not set
     * @return the problems, each with the name of the property; none if all are valid
     */
    public static List<String> problems(@Nullable String encryptionKey, @Nullable Duration shutdownTimeout) {
        List<String> problems = new ArrayList<>();
        if (encryptionKey != null && !isKey(encryptionKey)) {
            problems.add("connectors.store.encryption-key: it is not the Base64 text of 32 random bytes: use the"
                    + " output of openssl rand -base64 32");
        }
        if (shutdownTimeout != null && shutdownTimeout.isNegative()) {
            problems.add("connectors.shutdown-timeout: it is negative: use a duration such as 20s, or 0s to interrupt"
                    + " handlers at once");
        }
        return problems;
    }

    /**
     * Returns the problems of the URLs at which others reach the application. They do not contain the values.
     *
     * @param publicUrl {@code connectors.webhooks.public-url}; null if it is not set
     * @param redirectUri {@code connectors.redirect-uri}; null if it is not set
     * @return the problems, each with the name of the property; none if all are valid
     */
    public static List<String> urlProblems(@Nullable String publicUrl, @Nullable String redirectUri) {
        List<String> problems = new ArrayList<>();
        if (publicUrl != null) {
            String name = "connectors.webhooks.public-url";
            URI url = httpUrl(publicUrl);
            if (url == null) {
                problems.add(name + ": it is no absolute URL, such as https://app.example.com/hooks");
            } else if (url.getRawUserInfo() != null || url.getRawQuery() != null || url.getRawFragment() != null) {
                problems.add(name + ": it has user information, a query or a fragment: use a URL such as"
                        + " https://app.example.com/hooks");
            }
        }
        if (redirectUri != null) {
            String name = "connectors.redirect-uri";
            URI url = httpUrl(redirectUri);
            if (url == null) {
                problems.add(name + ": it is no absolute URL, such as https://app.example.com/connectors/callback");
            } else if (url.getRawUserInfo() != null || url.getRawFragment() != null) {
                problems.add(name + ": it has user information or a fragment: use a URL such as"
                        + " https://app.example.com/connectors/callback");
            }
        }
        return problems;
    }

    /**
     * Returns the problems of a path below that of the application, which may lack the slash at its start.
     *
     * @param property the name of the property, such as {@code connectors.webhooks.base-path}
     * @param path the path
     * @return a problem with the name of the property; none if the path is valid
     */
    public static List<String> pathProblems(String property, String path) {
        return PATH.matcher(path).matches()
                ? List.of()
                : List.of(property + ": \"" + path + "\" is no path: use segments of letters, digits and - . _ ~"
                        + " between single slashes, such as /hooks");
    }

    /**
     * Returns a problem for each connection that would share state and tokens with another one.
     *
     * @param definitions the definitions of the connections by name
     * @param connectors the connectors by the same names
     * @return the problems, each with the name of the property; none if all connections are separate
     */
    public static List<String> stateProblems(
            Map<String, ConnectorDefinition> definitions, Map<String, Connector> connectors) {
        Map<List<String>, String> owners = new HashMap<>();
        List<String> problems = new ArrayList<>();
        connectors.forEach((name, connector) -> {
            ConnectorDefinition definition = definitions.get(name);
            if (definition != null) {
                String other = owners.putIfAbsent(List.of(definition.id(), connector.tenant()), name);
                if (other != null) {
                    problems.add("connectors.connections." + name + ".tenant: the connection \"" + other
                            + "\" has the same connector and tenant, and both would share state and tokens: use another"
                            + " tenant");
                }
            }
        });
        return problems;
    }

    private static boolean isKey(String text) {
        try {
            var unused = TokenEncryption.aesGcm(Secret.of(text));
            return true;
        } catch (InvalidDefinitionException e) {
            return false;
        }
    }

    private static @Nullable URI httpUrl(String text) {
        try {
            URI url = new URI(text);
            boolean isHttp = "https".equalsIgnoreCase(url.getScheme()) || "http".equalsIgnoreCase(url.getScheme());
            return url.getHost() != null && isHttp ? url : null;
        } catch (URISyntaxException e) {
            return null;
        }
    }
}
