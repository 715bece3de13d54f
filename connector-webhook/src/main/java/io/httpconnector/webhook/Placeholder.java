package io.httpconnector.webhook;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.Hashing;
import io.httpconnector.internal.json.Suggestions;
import io.httpconnector.internal.text.PercentEncoding;
import io.httpconnector.internal.text.Placeholders;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A placeholder of the signed content or of the key, such as <code>{{body | sha512 | base64}}</code>. Immutable.
 *
 * @param place the location for messages, such as {@code content, column 5}
 * @param name the name, such as {@code body}
 * @param filters the names of the filters, applied from left to right
 */
record Placeholder(String place, String name, List<String> filters) {

    /** The escapes that a URL needs in no part of a query. */
    private static final Pattern RESERVED =
            Pattern.compile("%(3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)", Pattern.CASE_INSENSITIVE);

    private static final Pattern ESCAPE = Pattern.compile("%[0-9A-F]{2}");

    private static final Map<String, UnaryOperator<byte[]>> DIGESTS = digests();
    private static final Map<String, UnaryOperator<byte[]>> ENCODINGS = encodings();
    private static final Map<String, UnaryOperator<byte[]>> CONVERSIONS = conversions();

    private static Map<String, UnaryOperator<byte[]>> digests() {
        Map<String, UnaryOperator<byte[]>> digests = new LinkedHashMap<>();
        for (String algorithm : List.of("MD5", "SHA-1", "SHA-256", "SHA-384", "SHA-512")) {
            digests.put(
                    algorithm.replace("-", "").toLowerCase(Locale.ROOT),
                    bytes -> Hashing.digest(algorithm).digest(bytes));
        }
        return digests;
    }

    private static Map<String, UnaryOperator<byte[]>> encodings() {
        Map<String, UnaryOperator<byte[]>> encodings = new LinkedHashMap<>();
        encodings.put("hex", bytes -> utf8(BinaryEncoding.HEX.encode(bytes)));
        encodings.put("base64", bytes -> utf8(BinaryEncoding.BASE64.encode(bytes)));
        encodings.put("base64url", bytes -> utf8(BinaryEncoding.BASE64URL.encode(bytes)));
        encodings.put("bytes", bytes -> bytes);
        return encodings;
    }

    /** The conversions of texts. Several texts may have the same result, so that it does not cover the text. */
    private static Map<String, UnaryOperator<byte[]>> conversions() {
        Map<String, UnaryOperator<byte[]>> conversions = new LinkedHashMap<>();
        conversions.put("lower", bytes -> utf8(text(bytes).toLowerCase(Locale.ROOT)));
        conversions.put("upper", bytes -> utf8(text(bytes).toUpperCase(Locale.ROOT)));
        conversions.put("decodeBase64", bytes -> {
            byte[] decoded = BinaryEncoding.decodeBase64(text(bytes));
            return decoded == null ? new byte[0] : decoded;
        });
        return conversions;
    }

    /** The conversions of queries and URLs that keep their meaning. */
    private static final Map<String, UnaryOperator<byte[]>> NORMALIZATIONS = Map.of(
            "sorted", bytes -> utf8(sorted(text(bytes))),
            "decodeReserved",
                    bytes -> utf8(RESERVED.matcher(text(bytes))
                            .replaceAll(escape -> Matcher.quoteReplacement(
                                    Character.toString((char) Integer.parseInt(escape.group(1), 16))))),
            "escaped", bytes -> utf8(escaped(text(bytes))),
            "dotNetEncoded", bytes -> utf8(dotNetEncoded(text(bytes))));

    /** The escapes of {@code HttpUtility.UrlEncode} in .NET: a space becomes a plus sign, hexadecimal digits are in lower case. */
    private static String dotNetEncoded(String text) {
        StringBuilder encoded = new StringBuilder();
        PercentEncoding.encode(text, "!*()-_. ", encoded);
        return ESCAPE.matcher(encoded.toString().replace("~", "%7E").replace(' ', '+'))
                .replaceAll(escape -> escape.group().toLowerCase(Locale.ROOT));
    }

    /** Percent-encodes a target again: the path once, except for reserved characters, and the query twice. */
    private static String escaped(String target) {
        StringBuilder escaped = new StringBuilder();
        int query = target.indexOf('?') + 1;
        PercentEncoding.encode(query == 0 ? target : target.substring(0, query), "!*'();/?:@&=+$,#", escaped);
        if (query > 0) {
            StringBuilder once = new StringBuilder();
            PercentEncoding.encode(target.substring(query), "!*'()", once);
            PercentEncoding.encode(once.toString(), "!*'()", escaped);
        }
        return escaped.toString();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** Sorts parameters by name; those of the same name keep their order. */
    private static String sorted(String query) {
        return Arrays.stream(query.split("&", -1))
                .sorted(Comparator.comparing(parameter -> parameter.split("=", 2)[0]))
                .collect(Collectors.joining("&"));
    }

    /**
     * Compiles a template.
     *
     * @param what the setting, for messages
     * @param text receives each text between placeholders that is not empty
     * @param placeholder receives each placeholder
     */
    static void compile(
            String template,
            String what,
            List<String> problems,
            Consumer<String> text,
            Consumer<Placeholder> placeholder) {
        for (Placeholders.Segment segment : Placeholders.split(template)) {
            String content = segment.name();
            if (content == null) {
                text.accept(segment.text());
            } else {
                String place = what + ", column " + (segment.start() + 1);
                String[] parts = content.split("\\|", -1);
                placeholder.accept(new Placeholder(place, parts[0].strip(), filters(place, parts, problems)));
            }
        }
    }

    /** Returns the names of the filters, which follow the name of the placeholder. */
    private static List<String> filters(String place, String[] parts, List<String> problems) {
        List<String> filters = new ArrayList<>();
        for (int i = 1; i < parts.length; i++) {
            String name = parts[i].strip();
            if (find(name) == null) {
                List<String> names = new ArrayList<>(DIGESTS.keySet());
                names.addAll(ENCODINGS.keySet());
                names.addAll(CONVERSIONS.keySet());
                names.addAll(NORMALIZATIONS.keySet().stream().sorted().toList());
                String similar = Suggestions.of(name, names);
                problems.add(place + ": the filter \"" + Texts.visible(name) + "\" is unknown"
                        + (similar == null ? ", use one of " + names : "; did you mean \"" + similar + "\"?"));
            } else {
                filters.add(name);
            }
        }
        return List.copyOf(filters);
    }

    /** Creates a placeholder for a value that has filters, but no place in a template. */
    static Placeholder filtered(String what, List<String> filters, List<String> problems) {
        List<String> parts = new ArrayList<>(List.of(what));
        parts.addAll(filters);
        return new Placeholder(what, what, filters(what, parts.toArray(String[]::new), problems));
    }

    /** Whether several values have the same result. */
    boolean isConverted() {
        return filters.stream().anyMatch(CONVERSIONS::containsKey);
    }

    private static @Nullable UnaryOperator<byte[]> find(String name) {
        for (Map<String, UnaryOperator<byte[]>> kind : List.of(DIGESTS, ENCODINGS, CONVERSIONS, NORMALIZATIONS)) {
            if (kind.containsKey(name)) {
                return kind.get(name);
            }
        }
        return null;
    }

    /** Reports the problems of a check for this placeholder. */
    void check(Runnable check, List<String> problems) {
        try {
            check.run();
        } catch (InvalidDefinitionException e) {
            e.problems().forEach(problem -> problems.add(place + ": " + problem));
        }
    }

    /**
     * Whether another value has another result: the filters are only digests, encodings and conversions of URLs. The case of
     * hexadecimal digits has no meaning.
     */
    boolean isUnchanged() {
        boolean isHex = name.equals("bodySha256");
        for (int i = 0; i < filters.size(); i++) {
            String filter = filters.get(i);
            if (CONVERSIONS.containsKey(filter) && !isHex) {
                return false;
            }
            if (DIGESTS.containsKey(filter)) {
                isHex = true;
            } else if (ENCODINGS.containsKey(filter)) {
                isHex = filter.equals("hex");
            }
        }
        return true;
    }

    /** Whether all values have the same length: a digest. */
    boolean hasFixedLength() {
        return filters.stream().anyMatch(DIGESTS::containsKey);
    }

    /** Applies the filters. A digest is written in hexadecimal, unless the next filter encodes it. */
    byte[] filter(byte[] value) {
        byte[] decoded = name.equals("bodySha256") && encodes(0) ? BinaryEncoding.HEX.decode(text(value)) : null;
        byte[] result = decoded == null ? value : decoded;
        for (int i = 0; i < filters.size(); i++) {
            UnaryOperator<byte[]> filter = find(filters.get(i));
            result = filter == null ? result : filter.apply(result);
            if (DIGESTS.containsKey(filters.get(i)) && !encodes(i + 1)) {
                result = utf8(BinaryEncoding.HEX.encode(result));
            }
        }
        return result;
    }

    private boolean encodes(int index) {
        return index < filters.size() && ENCODINGS.containsKey(filters.get(index));
    }
}
