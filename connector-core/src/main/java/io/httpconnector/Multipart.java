package io.httpconnector;

import static io.httpconnector.InvalidDefinitionException.notNull;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Puts together a multipart/form-data body (RFC 7578): names in UTF-8, and what would end them percent-encoded, as browsers do. */
record Multipart(String contentType) {

    private static final String BOUNDARY = "boundary=";

    static Multipart create() {
        return new Multipart("multipart/form-data; " + BOUNDARY
                + UUID.randomUUID().toString().replace("-", ""));
    }

    static Multipart of(String contentType) {
        return new Multipart(contentType);
    }

    private String boundary() {
        return contentType.substring(contentType.indexOf(BOUNDARY) + BOUNDARY.length());
    }

    /** A form without parts yet. */
    Content empty() {
        return new Content.Sequence(List.of(end()));
    }

    /** A form with one more part before its end. */
    Content with(Content form, Content part) {
        List<Content> all = new ArrayList<>(((Content.Sequence) form).parts());
        all.set(all.size() - 1, text("--" + boundary() + "\r\n"));
        all.add(part);
        all.add(text("\r\n"));
        all.add(end());
        return new Content.Sequence(List.copyOf(all));
    }

    private Content end() {
        return text("--" + boundary() + "--\r\n");
    }

    static Content part(Field field) {
        return text("Content-Disposition: form-data; name=\"" + quoted(field.name()) + "\"\r\n\r\n" + field.value());
    }

    static Content part(String name, @Nullable String fileName, Body body) {
        if (body.isGzip() && !body.isInMemory()) {
            throw new InvalidDefinitionException(
                    "part " + Ascii.visible(name), "it can't be compressed while it is sent");
        }
        String head = "Content-Disposition: form-data; name=\"" + quoted(notNull(name, "name of a part"))
                + (fileName == null ? "" : "\"; filename=\"" + quoted(fileName)) + "\"\r\nContent-Type: "
                + body.contentType() + "\r\n" + (body.isGzip() ? "Content-Encoding: gzip\r\n" : "") + "\r\n";
        return new Content.Sequence(List.of(text(head), body.source()));
    }

    private static String quoted(String name) {
        return name.replace("\"", "%22").replace("\r", "%0D").replace("\n", "%0A");
    }

    private static Content text(String text) {
        return new Content.Bytes(text.getBytes(StandardCharsets.UTF_8));
    }
}
