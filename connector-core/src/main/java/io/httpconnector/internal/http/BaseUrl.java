package io.httpconnector.internal.http;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.text.LogSafe;
import io.httpconnector.internal.text.PercentEncoding;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The URL to which relative URLs are appended. It may contain pills, as in {@code https://{{auth.subdomain}}.example.com},
 * whose values the auth strategy supplies when a request is sent. A value is treated as data: in the host it can only be part
 * of a name, and in the path it cannot leave its segment. Only a pill at the start of the text may have a URL as its value.
 */
public final class BaseUrl {

    private static final Pattern PILL = Pattern.compile("\\{\\{\\s*auth\\.([A-Za-z0-9_.-]+)\\s*}}");
    private static final Pattern IN_HOST = Pattern.compile("[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,5})?");

    private final String text;
    private final @Nullable Url fixed;
    private final boolean unknown;
    private volatile @Nullable Filled last;

    /** A cached result of filling in the pills, so that an unchanged URL is parsed only once. */
    private record Filled(String text, Url url) {}

    private BaseUrl(String text, @Nullable Url fixed, boolean unknown) {
        this.text = text;
        this.unknown = unknown;
        this.fixed = fixed;
    }

    /**
     * Parses a base URL, which may contain placeholders for fields of the auth strategy.
     *
     * @throws InvalidDefinitionException if the text is not a URL, whatever the values of the pills are
     */
    public static BaseUrl of(String text) {
        boolean isTemplate = text != null && PILL.matcher(text).find();
        Url sample = parse(isTemplate ? filled(text, name -> "x", "https://x") : text);
        return new BaseUrl(text, isTemplate ? null : sample, false);
    }

    private static Url parse(String text) {
        Url url = Url.parseAbsolute(text);
        if (url.query() != null) {
            throw new InvalidDefinitionException("base URL", "it contains a query: add it by query(name, value)");
        }
        return url;
    }

    /**
     * Returns the base URL for requests with which the auth strategy obtains its values. Does not ask the strategy for values,
     * which it can't know yet.
     */
    public BaseUrl forAuth() {
        return fixed == null ? new BaseUrl(text, null, true) : this;
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
        String now = filled(text, name -> value(name, values), null);
        Filled known = last;
        if (known == null || !known.text.equals(now)) {
            known = new Filled(now, parse(now));
            last = known;
        }
        return known.url;
    }

    private String value(String name, Map<String, String> values) {
        String value = values == null ? null : values.get(name);
        if (value == null || value.isEmpty()) {
            List<String> names = values == null ? List.of() : new ArrayList<>(new TreeSet<>(values.keySet()));
            throw new InvalidDefinitionException(
                    "base URL " + text, "the auth strategy has no value for {{auth." + name + "}}, it has " + names);
        }
        return value;
    }

    /** @param first the replacement for a pill at the start of the text; null to use the value of the pill */
    private static String filled(String text, Function<String, String> values, @Nullable String first) {
        StringBuilder filled = new StringBuilder();
        Matcher pill = PILL.matcher(text);
        int literal = 0;
        while (pill.find()) {
            filled.append(text, literal, pill.start());
            literal = pill.end();
            String value = values.apply(pill.group(1));
            if (filled.isEmpty()) {
                filled.append(first == null ? withoutSlash(value) : first);
            } else if (filled.indexOf("/", filled.indexOf("://") + 3) < 0) {
                filled.append(inHost(text, pill.group(), value));
            } else {
                PercentEncoding.encode(value, filled);
            }
        }
        return filled.append(text, literal, text.length()).toString();
    }

    private static String inHost(String text, String pill, String value) {
        if (!IN_HOST.matcher(value).matches()) {
            throw new InvalidDefinitionException(
                    "base URL " + text,
                    "the value for " + pill + " is not valid in a host name: \"" + LogSafe.visible(value) + "\"");
        }
        return value;
    }

    private static String withoutSlash(String url) {
        return url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
    }

    /** Returns the base URL as it was written. */
    @Override
    public String toString() {
        return fixed == null ? text : fixed.origin() + fixed.path();
    }
}
