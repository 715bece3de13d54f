package io.httpconnector.spring.autoconfigure;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.auth.oauth2.TokenEncryption;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Checks of properties when the application starts, whose beans would otherwise report them with the first request. */
final class PropertyChecks {

    private PropertyChecks() {}

    /**
     * Checks the properties that need no other bean.
     *
     * @throws InvalidDefinitionException with all problems
     */
    static void check(ConnectorsProperties properties) {
        List<String> problems = new ArrayList<>();
        String key = properties.store().encryptionKey();
        if (key != null) {
            try {
                var unused = TokenEncryption.aesGcm(Secret.of(key));
            } catch (InvalidDefinitionException e) {
                problems.add("connectors.store.encryption-key: it is not the Base64 text of 32 random bytes: use the"
                        + " output of openssl rand -base64 32");
            }
        }
        if (properties.shutdownTimeout().isNegative()) {
            problems.add("connectors.shutdown-timeout: it is negative: use a duration such as 20s, or 0s to interrupt"
                    + " handlers at once");
        }
        String publicUrl = properties.webhooks().publicUrl();
        if (publicUrl != null && !isHttpUrl(publicUrl)) {
            problems.add(
                    "connectors.webhooks.public-url: it is no absolute URL, such as https://app.example.com/hooks");
        }
        if (!problems.isEmpty()) {
            throw new InvalidDefinitionException("properties of the application", problems);
        }
    }

    private static boolean isHttpUrl(String text) {
        try {
            URI url = new URI(text);
            return url.getHost() != null && ("https".equals(url.getScheme()) || "http".equals(url.getScheme()));
        } catch (URISyntaxException e) {
            return false;
        }
    }

    /** Calls a check, whose problems are those of a property. */
    static <T> T named(String property, Supplier<T> check) {
        try {
            return check.get();
        } catch (InvalidDefinitionException e) {
            throw new InvalidDefinitionException("property " + property, e.problems());
        }
    }
}
