package io.httpconnector.spring.autoconfigure;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.definition.configuration.ApplicationChecks;
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
        List<String> problems = new ArrayList<>(
                ApplicationChecks.problems(properties.store().encryptionKey(), properties.shutdownTimeout()));
        problems.addAll(ApplicationChecks.urlProblems(properties.webhooks().publicUrl(), properties.redirectUri()));
        problems.addAll(ApplicationChecks.pathProblems(
                "connectors.webhooks.base-path", properties.webhooks().basePath()));
        problems.addAll(ApplicationChecks.pathProblems(
                "connectors.oauth2.base-path", properties.oauth2().basePath()));
        if (!isTarget(properties.oauth2().successUrl())) {
            problems.add("connectors.oauth2.success-url: it is neither a path, such as /connected, nor a URL");
        }
        if (!problems.isEmpty()) {
            throw new InvalidDefinitionException("properties of the application", problems);
        }
    }

    /** Whether a browser can be redirected to a URL, which may be relative to the host of the application. */
    private static boolean isTarget(String text) {
        try {
            URI url = new URI(text);
            return url.getScheme() == null
                    ? text.startsWith("/")
                    : url.getHost() != null
                            && (url.getScheme().equals("https")
                                    || url.getScheme().equals("http"));
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
