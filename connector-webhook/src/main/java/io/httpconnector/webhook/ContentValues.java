package io.httpconnector.webhook;

import io.httpconnector.internal.Hashing;
import io.httpconnector.webhook.SignedContent.Piece;
import io.httpconnector.webhook.SignedContent.Sink;
import java.io.IOException;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.zip.CRC32;

/** Values of a request in the format in which services sign them. */
final class ContentValues {

    private ContentValues() {}

    /** Feeds the value of a placeholder without a name of its own, such as {@code body}. */
    static Piece piece(String name) {
        return switch (name) {
            case "body" ->
                (sink, known, secret) ->
                        sink.update(known.request().body(), 0, known.request().body().length);
            case "timestamp" -> (sink, known, secret) -> sink.update(known.timestamp());
            case "id" -> (sink, known, secret) -> sink.update(known.id());
            case "method" ->
                (sink, known, secret) -> sink.update(known.request().method());
            case "url" ->
                (sink, known, secret) -> sink.update(known.request().url().orElse(""));
            case "path" -> (sink, known, secret) -> sink.update(known.request().path());
            case "query" -> (sink, known, secret) -> sink.update(known.request().query());
            case "target" -> (sink, known, secret) -> sink.update(target(known.request()));
            case "bodyCrc32" ->
                (sink, known, secret) -> sink.update(crc32(known.request().body()));
            case "bodySha256" ->
                (sink, known, secret) -> sink.update(
                        BinaryEncoding.HEX.encode(Hashing.sha256(known.request().body())));
            case "form" -> (sink, known, secret) -> feed(sink, known.form());
            case "signedHeaderNames" ->
                (sink, known, secret) -> sink.update(known.named().headerNames());
            case "signedHeaders" ->
                (sink, known, secret) -> sink.update(known.named().headerLines());
            default -> (sink, known, secret) -> sink.update(secret == null ? "" : secret.reveal());
        };
    }

    /** The path and the query as in the request line. */
    static String target(WebhookRequest request) {
        return request.query().isEmpty() ? request.path() : request.path() + "?" + request.query();
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
}
