package io.httpconnector.template;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a {@link RequestTemplate} is made from, as it was written: the same whether by a builder or in a file. */
record RequestDefinition(
        String name,
        String method,
        String url,
        List<String> hosts,
        List<Pair> query,
        List<Pair> headers,
        @Nullable Content body,
        List<Integer> accept,
        @Nullable Duration timeout,
        String open,
        String close) {

    /** A name and a value with pills. */
    record Pair(String name, String value, @Nullable ListStyle style) {}

    /** What the body is. */
    sealed interface Content {

        /** JSON text. */
        record OfJson(String json) implements Content {}

        /** Fields of an HTML form. */
        record OfForm(List<Pair> fields) implements Content {}

        /** Parts of a multipart form, fields and files. */
        record OfParts(List<Part> parts) implements Content {}

        /** An XML document. */
        record OfXml(String xml) implements Content {}

        /** Any other text. */
        record OfText(String text, String contentType) implements Content {}

        /** Bytes: a pill. */
        record OfBytes(String content, String contentType) implements Content {}
    }

    /** A field, or a file when it has a file name. */
    record Part(
            Pair field, @Nullable String fileName, @Nullable String contentType) {}
}
