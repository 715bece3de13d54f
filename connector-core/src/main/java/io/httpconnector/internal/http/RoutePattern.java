package io.httpconnector.internal.http;

import static io.httpconnector.internal.Arguments.notNull;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.text.LogSafe;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A pattern that matches requests by method and path: {@code GET /search/*}, or {@code /files/**} for all methods. An asterisk stands
 * for the characters of one segment, two of them at the end for any number of segments. Immutable.
 */
public final class RoutePattern {

    private static final Pattern ROUTE = Pattern.compile("(?:([A-Za-z][A-Za-z-]*) +)?(/[^\\s?#]*)");
    private static final String REST = "/**";

    private final String text;
    private final @Nullable String method;
    private final Pattern path;

    private RoutePattern(String text, @Nullable String method, Pattern path) {
        this.text = text;
        this.method = method;
        this.path = path;
    }

    /**
     * Parses a pattern.
     *
     * @throws InvalidDefinitionException if it is invalid
     */
    public static RoutePattern of(String text) {
        Matcher route = ROUTE.matcher(notNull(text, "route").strip());
        if (!route.matches() || withoutRest(route.group(2)).contains("**")) {
            throw new InvalidDefinitionException(
                    "route",
                    "\"" + LogSafe.visible(text)
                            + "\" is not a route: use a path such as /search/*, or GET /search/*; ** may be its last segment only");
        }
        String path = route.group(2);
        String segments = List.of(withoutRest(path).split("\\*", -1)).stream()
                .map(Pattern::quote)
                .collect(Collectors.joining("[^/]*"));
        String method = route.group(1);
        return new RoutePattern(
                text,
                method == null ? null : method.toUpperCase(Locale.ROOT),
                Pattern.compile(segments + (path.endsWith(REST) ? "(/.*)?" : "/?")));
    }

    private static String withoutRest(String path) {
        return path.endsWith(REST) ? path.substring(0, path.length() - REST.length()) : path;
    }

    /**
     * Returns whether a request matches.
     *
     * @param requestMethod its method
     * @param base the path of the base URL, which the pattern omits
     * @param requestPath its path
     */
    public boolean matches(String requestMethod, String base, String requestPath) {
        String prefix = base.endsWith("/") ? base.substring(0, base.length() - 1) : base;
        boolean isBelow = !prefix.isEmpty() && requestPath.startsWith(prefix + "/");
        return (method == null || method.equalsIgnoreCase(requestMethod))
                && path.matcher(isBelow ? requestPath.substring(prefix.length()) : requestPath)
                        .matches();
    }

    @Override
    public String toString() {
        return text;
    }
}
