package io.httpconnector.webhook;

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

    /** The path and the query as in the request line. */
    static String target(WebhookRequest request) {
        return request.query().isEmpty() ? request.path() : request.path() + "?" + request.query();
    }

    /** Feeds names and values, sorted by name. */
    static void feed(Sink sink, SortedMap<String, SortedSet<String>> form) {
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

    static String crc32(byte[] body) {
        CRC32 crc = new CRC32();
        crc.update(body);
        return Long.toString(crc.getValue());
    }
}
