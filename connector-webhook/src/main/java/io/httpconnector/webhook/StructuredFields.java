package io.httpconnector.webhook;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A parser for the structured fields (RFC 9651) that HTTP message signatures use: dictionaries of inner lists and bytes. */
final class StructuredFields {

    private static final int MAX_MEMBERS = 100;

    private final String text;
    private int at;

    private StructuredFields(String text) {
        this.text = text;
    }

    /**
     * An item of an inner list.
     *
     * @param text the string, without quotes
     * @param parameters the parameters by name, as in the field; {@code ?1} if there is no value
     */
    record ListItem(String text, Map<String, String> parameters) {

        /** The identifier of a component of a message, such as {@code "content-digest"}. */
        String identifier() {
            return quoted(text) + serialized(parameters);
        }
    }

    /** An inner list of strings with its parameters. */
    record InnerList(List<ListItem> items, Map<String, String> parameters) {

        String serialize() {
            return "("
                    + String.join(" ", items.stream().map(ListItem::identifier).toList()) + ")"
                    + serialized(parameters);
        }
    }

    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    /** The string of a parameter; the parameter as it is if it is no string. */
    static String unquoted(String raw) {
        boolean isString = raw.length() >= 2 && raw.startsWith("\"");
        return isString ? raw.substring(1, raw.length() - 1).replaceAll("\\\\(.)", "$1") : raw;
    }

    private static String serialized(Map<String, String> parameters) {
        StringBuilder all = new StringBuilder();
        parameters.forEach((name, value) -> all.append(';').append(name).append(value.equals("?1") ? "" : "=" + value));
        return all.toString();
    }

    @FunctionalInterface
    private interface MemberReading<T> {
        T read(StructuredFields fields) throws IOException;
    }

    /** Parses a dictionary of inner lists of strings. */
    static Map<String, InnerList> innerLists(String text) throws IOException {
        return dictionary(text, StructuredFields::innerList);
    }

    /** Parses a dictionary of byte sequences. */
    static Map<String, byte[]> byteSequences(String text) throws IOException {
        return dictionary(text, StructuredFields::bytes);
    }

    private static <T> Map<String, T> dictionary(String text, MemberReading<T> reading) throws IOException {
        StructuredFields fields = new StructuredFields(text.strip());
        Map<String, T> members = new LinkedHashMap<>();
        while (fields.at < fields.text.length()) {
            String key = fields.key();
            fields.expect('=');
            if (members.put(key, reading.read(fields)) != null || members.size() > MAX_MEMBERS) {
                throw new IOException("a member of a structured field occurs twice, or there are too many");
            }
            fields.skipSpace();
            if (fields.at < fields.text.length()) {
                fields.expect(',');
                fields.skipSpace();
                fields.peek();
            }
        }
        return members;
    }

    private InnerList innerList() throws IOException {
        List<ListItem> items = new ArrayList<>();
        expect('(');
        skipSpace();
        while (peek() != ')') {
            if (items.size() == MAX_MEMBERS) {
                throw malformed();
            }
            String raw = string();
            items.add(new ListItem(unquoted(raw), parameters()));
            skipSpace();
        }
        at++;
        return new InnerList(List.copyOf(items), parameters());
    }

    private byte[] bytes() throws IOException {
        expect(':');
        int end = text.indexOf(':', at);
        byte[] bytes = end < 0 ? null : BinaryEncoding.BASE64.decode(text, at, end);
        if (bytes == null) {
            throw malformed();
        }
        at = end + 1;
        Map<String, String> unused = parameters();
        return bytes;
    }

    private Map<String, String> parameters() throws IOException {
        Map<String, String> parameters = new LinkedHashMap<>();
        while (at < text.length() && text.charAt(at) == ';') {
            at++;
            skipSpace();
            String name = key();
            String value = "?1";
            if (at < text.length() && text.charAt(at) == '=') {
                at++;
                value = peek() == '"' ? string() : bareItem();
            }
            if (parameters.put(name, value) != null) {
                throw malformed();
            }
        }
        return parameters;
    }

    private String string() throws IOException {
        int start = at;
        expect('"');
        while (peek() != '"') {
            char c = text.charAt(at);
            at += c == '\\' ? 2 : 1;
            if (c < ' ' || c > '~') {
                throw malformed();
            }
        }
        at++;
        return text.substring(start, at);
    }

    private String bareItem() throws IOException {
        int start = at;
        while (at < text.length() && " ;,()\t".indexOf(text.charAt(at)) < 0) {
            at++;
        }
        if (at == start) {
            throw malformed();
        }
        return text.substring(start, at);
    }

    private String key() throws IOException {
        int start = at;
        while (at < text.length()
                && ((text.charAt(at) >= 'a' && text.charAt(at) <= 'z')
                        || (at > start && text.charAt(at) >= '0' && text.charAt(at) <= '9')
                        || "_-.*".indexOf(text.charAt(at)) >= 0)) {
            at++;
        }
        if (at == start) {
            throw malformed();
        }
        return text.substring(start, at);
    }

    private char peek() throws IOException {
        if (at >= text.length()) {
            throw malformed();
        }
        return text.charAt(at);
    }

    private void expect(char c) throws IOException {
        if (peek() != c) {
            throw malformed();
        }
        at++;
    }

    private void skipSpace() {
        while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) {
            at++;
        }
    }

    private static IOException malformed() {
        return new IOException("a structured field is malformed");
    }
}
