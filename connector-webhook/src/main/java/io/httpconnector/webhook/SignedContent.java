package io.httpconnector.webhook;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.internal.Hashing;
import io.httpconnector.internal.text.Placeholders;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/** A compiled template of the signed content, which is passed to the signature algorithm piece by piece. */
final class SignedContent {

    private static final String HEADER = "header.";
    private static final Set<String> NAMES =
            Set.of("body", "timestamp", "id", "method", "url", "path", "query", "form", "bodyCrc32", "secret");

    /** Receives the signed bytes. */
    @FunctionalInterface
    interface Sink {
        void update(byte[] bytes, int offset, int length);

        default void update(String text) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            update(bytes, 0, bytes.length);
        }
    }

    /**
     * The values known of a request before its signature is checked.
     *
     * @param form the fields of the form, sorted, each value once; empty if no form is signed
     */
    record RequestValues(
            WebhookRequest request, String timestamp, String id, SortedMap<String, SortedSet<String>> form) {

        RequestValues withoutTime() {
            return new RequestValues(request, "", id, form);
        }
    }

    @FunctionalInterface
    private interface Piece {
        void feed(Sink sink, RequestValues known, @Nullable Secret secret);
    }

    private final List<Piece> pieces;
    private final Set<String> names;
    private final Set<String> headers;
    private final boolean hasTimestamp;
    private final boolean hasId;
    private final boolean hasBody;
    private final boolean hasQuery;

    private SignedContent(List<Piece> pieces, Set<String> names, Set<String> headers) {
        this.pieces = pieces;
        this.names = names;
        this.headers = headers;
        this.hasTimestamp = names.contains("timestamp");
        this.hasId = names.contains("id");
        this.hasBody = names.contains("body") || names.contains("form");
        this.hasQuery = names.contains("query") || names.contains("url");
    }

    static SignedContent of(String template, List<String> problems) {
        List<Piece> pieces = new ArrayList<>();
        Set<String> names = new HashSet<>();
        Set<String> headers = new HashSet<>();
        for (Placeholders.Segment segment : Placeholders.split(template)) {
            String name = segment.name();
            String column = "content, column " + (segment.start() + 1) + ": ";
            if (name == null || name.chars().anyMatch(Character::isWhitespace)) {
                byte[] bytes = segment.text().getBytes(StandardCharsets.UTF_8);
                pieces.add((sink, known, secret) -> sink.update(bytes, 0, bytes.length));
            } else if (name.startsWith(HEADER)) {
                String header = name.substring(HEADER.length());
                if (isHeader(header)) {
                    headers.add(header.toLowerCase(Locale.ROOT));
                    pieces.add((sink, known, secret) ->
                            sink.update(known.request.header(header).orElse("")));
                } else {
                    problems.add(column + "\"" + Texts.visible(header) + "\" is not a valid header field name");
                }
            } else if (NAMES.contains(name)) {
                names.add(name);
                pieces.add(piece(name));
            } else {
                problems.add(column + "{{" + name + "}} is unknown, use one of header.NAME, "
                        + String.join(", ", NAMES.stream().sorted().toList()));
            }
        }
        if (names.isEmpty() && headers.isEmpty()) {
            problems.add("content: it contains no part of the request, use {{body}}");
        }
        return new SignedContent(pieces, names, headers);
    }

    private static boolean isHeader(String name) {
        try {
            var unused = ValueSelector.header(name);
            return true;
        } catch (InvalidDefinitionException e) {
            return false;
        }
    }

    private static Piece piece(String name) {
        return switch (name) {
            case "body" -> (sink, known, secret) -> sink.update(known.request.body(), 0, known.request.body().length);
            case "timestamp" -> (sink, known, secret) -> sink.update(known.timestamp);
            case "id" -> (sink, known, secret) -> sink.update(known.id);
            case "method" -> (sink, known, secret) -> sink.update(known.request.method());
            case "url" ->
                (sink, known, secret) -> sink.update(known.request.url().orElse(""));
            case "path" -> (sink, known, secret) -> sink.update(known.request.path());
            case "query" -> (sink, known, secret) -> sink.update(known.request.query());
            case "bodyCrc32" -> (sink, known, secret) -> sink.update(crc32(known.request.body()));
            case "form" -> (sink, known, secret) -> feed(sink, known.form);
            default -> (sink, known, secret) -> sink.update(secret == null ? "" : secret.reveal());
        };
    }

    /** Feeds names and values, sorted by name. */
    private static void feed(Sink sink, SortedMap<String, SortedSet<String>> form) {
        form.forEach((name, values) -> values.forEach(value -> {
            sink.update(name);
            sink.update(value);
        }));
    }

    /**
     * Parses the fields of a form in the order in which they are signed: sorted by name, each value of a name once.
     *
     * @throws IOException if the body is not a form; then none of it can be signed
     */
    static SortedMap<String, SortedSet<String>> form(byte[] body) throws IOException {
        SortedMap<String, SortedSet<String>> sorted = new TreeMap<>();
        FormParser.parseStrictly(FormParser.text(body))
                .forEach((name, values) -> sorted.put(name, new TreeSet<>(values)));
        return sorted;
    }

    private static String crc32(byte[] body) {
        CRC32 crc = new CRC32();
        crc.update(body);
        return Long.toString(crc.getValue());
    }

    boolean uses(String name) {
        return names.contains(name);
    }

    /** Whether changing the selected value would invalidate the signature. A CRC32 does not protect a body. */
    boolean covers(ValueSelector selector, @Nullable ValueSelector timestamp, @Nullable ValueSelector id) {
        return switch (selector.type) {
            case HEADER ->
                (!headers.isEmpty() && headers.contains(selector.name.toLowerCase(Locale.ROOT)))
                        || (hasTimestamp && selector.equals(timestamp))
                        || (hasId && selector.equals(id));
            case BODY -> hasBody || (hasTimestamp && selector.equals(timestamp)) || (hasId && selector.equals(id));
            case QUERY -> hasQuery;
        };
    }

    /** A fingerprint that is the same for the same content only. */
    String fingerprint(RequestValues known) {
        MessageDigest digest = Hashing.sha256();
        feed(digest::update, known, null);
        return HexFormat.of().formatHex(digest.digest(), 0, 16);
    }

    void feed(Sink sink, RequestValues known, @Nullable Secret secret) {
        for (Piece piece : pieces) {
            piece.feed(sink, known, secret);
        }
    }
}
