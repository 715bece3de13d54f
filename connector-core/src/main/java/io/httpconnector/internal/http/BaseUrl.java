package io.httpconnector.internal.http;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.text.LogSafe;
import io.httpconnector.internal.text.Placeholders;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The URL to which relative URLs are appended. It may contain pills, as in {@code https://{{auth.subdomain}}.example.com},
 * whose values the auth strategy supplies when a request is sent. A value is treated as data: in the host it can only be part
 * of a name, and in the path it cannot leave its segment. Only a pill at the start of the text may have a URL as its value.
 */
public final class BaseUrl {

    private static final String PREFIX = "auth.";
    private static final Pattern FIELD = Pattern.compile("auth\\.[A-Za-z0-9_.-]+");

    /** The end of a URL whose next part is its port. */
    private static final Pattern PORT = Pattern.compile("^[A-Za-z]+://[^/?#]*:$");

    private final String text;
    private final List<Placeholders.Segment> segments;
    private final @Nullable Url fixed;
    private final boolean unknown;
    private volatile @Nullable Filled last;

    /** A cached result of filling in the pills, so that an unchanged URL is parsed only once. */
    private record Filled(String text, Url url) {}

    private BaseUrl(String text, List<Placeholders.Segment> segments, @Nullable Url fixed, boolean unknown) {
        this.text = text;
        this.segments = segments;
        this.unknown = unknown;
        this.fixed = fixed;
    }

    /**
     * Parses a base URL, which may contain placeholders for fields of the auth strategy.
     *
     * @throws InvalidDefinitionException if the text is not a URL, whatever the values of the pills are
     */
    public static BaseUrl of(String text) {
        List<Placeholders.Segment> segments = text == null ? List.of() : Placeholders.split(text);
        boolean isTemplate = segments.stream().anyMatch(BaseUrl::isField);
        Url sample = parse(isTemplate ? filled(text, segments, BaseUrl::sample) : text);
        return new BaseUrl(text, segments, isTemplate ? null : sample, false);
    }

    private static boolean isField(Placeholders.Segment segment) {
        return segment.name() != null && FIELD.matcher(segment.name()).matches();
    }

    private static String sample(String before, Placeholders.Segment field) {
        return field.start() == 0 ? "https://x" : PORT.matcher(before).find() ? "1" : "x";
    }

    private static Url parse(String text) {
        Url url = Url.parseAbsolute(text);
        if (url.query() != null) {
            throw new InvalidDefinitionException("base URL", "it contains a query: add it by query(name, value)");
        }
        return url;
    }

    /** Returns the host; null if it depends on values of the auth strategy. */
    public @Nullable String host() {
        return fixed == null ? null : fixed.origin().host();
    }

    /**
     * Returns the base URL for requests with which the auth strategy obtains its values. Does not ask the strategy for values,
     * which it can't know yet.
     */
    public BaseUrl forAuth() {
        return fixed == null ? new BaseUrl(text, segments, null, true) : this;
    }

    /** Returns the base URL for a request. Asks for the fields of the auth strategy only if the base URL contains pills. */
    public Url forRequest(Url requested, Supplier<Map<String, String>> fields) {
        if (fixed != null) {
            return fixed;
        }
        if (unknown) {
            if (requested.host() == null) {
                throw new InvalidDefinitionException(
                        "URL of an auth strategy",
                        "it is relative, and the base URL " + text + " is incomplete until the auth strategy is known");
            }
            return requested;
        }
        Map<String, String> values = fields.get();
        String now = filled(text, segments, (before, field) -> value(field, values));
        Filled known = last;
        if (known == null || !known.text.equals(now)) {
            known = new Filled(now, parse(now));
            last = known;
        }
        return known.url;
    }

    private String value(Placeholders.Segment field, Map<String, String> values) {
        String name = String.valueOf(field.name());
        String value = values == null ? null : values.get(name.substring(PREFIX.length()));
        if (value == null || value.isEmpty()) {
            List<String> names = values == null ? List.of() : new ArrayList<>(new TreeSet<>(values.keySet()));
            throw new InvalidDefinitionException(
                    "base URL " + text, "the auth strategy has no value for {{" + name + "}}, it has " + names);
        }
        return value;
    }

    private static String filled(
            String text, List<Placeholders.Segment> segments, BiFunction<String, Placeholders.Segment, String> values) {
        StringBuilder filled = new StringBuilder();
        for (Placeholders.Segment segment : segments) {
            if (!isField(segment)) {
                filled.append(segment.text());
                continue;
            }
            String value = values.apply(filled.toString(), segment);
            String encoded = UrlValues.encode(filled.toString(), value);
            if (encoded == null) {
                throw new InvalidDefinitionException(
                        "base URL " + text,
                        "the value for " + segment.text() + " is not valid in a host name: \"" + LogSafe.visible(value)
                                + "\"");
            }
            filled.append(encoded);
        }
        return filled.toString();
    }

    /** Returns the base URL as it was written. */
    @Override
    public String toString() {
        return fixed == null ? text : fixed.origin() + fixed.path();
    }
}
