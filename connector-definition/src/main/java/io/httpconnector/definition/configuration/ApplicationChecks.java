package io.httpconnector.definition.configuration;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.auth.oauth2.TokenEncryption;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Checks of the properties of an application, for integrations of frameworks that read properties themselves. Without them, a mistake
 * would be reported with the first request.
 */
public final class ApplicationChecks {

    private ApplicationChecks() {}

    /**
     * Returns the problems of properties that need nothing else to be checked.
     *
     * @param encryptionKey {@code connectors.store.encryption-key}; null if it is not set
     * @param shutdownTimeout {@code connectors.shutdown-timeout}; null if it is not set
     * @param publicUrl {@code connectors.webhooks.public-url}; null if it is not set
     * @return the problems, each with the name of the property; none if all are valid
     */
    public static List<String> problems(
            @Nullable String encryptionKey, @Nullable Duration shutdownTimeout, @Nullable String publicUrl) {
        List<String> problems = new ArrayList<>();
        if (encryptionKey != null && !isKey(encryptionKey)) {
            problems.add("connectors.store.encryption-key: it is not the Base64 text of 32 random bytes: use the"
                    + " output of openssl rand -base64 32");
        }
        if (shutdownTimeout != null && shutdownTimeout.isNegative()) {
            problems.add("connectors.shutdown-timeout: it is negative: use a duration such as 20s, or 0s to interrupt"
                    + " handlers at once");
        }
        if (publicUrl != null && !isHttpUrl(publicUrl)) {
            problems.add(
                    "connectors.webhooks.public-url: it is no absolute URL, such as https://app.example.com/hooks");
        }
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

    private static boolean isHttpUrl(String text) {
        try {
            URI url = new URI(text);
            return url.getHost() != null && ("https".equals(url.getScheme()) || "http".equals(url.getScheme()));
        } catch (URISyntaxException e) {
            return false;
        }
    }
}
