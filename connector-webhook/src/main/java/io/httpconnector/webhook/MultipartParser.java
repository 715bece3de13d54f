package io.httpconnector.webhook;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.webhook.BodyParser.TooLargeException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/**
 * Parses {@code multipart/form-data}, RFC 7578: a field becomes a text, a file becomes an object with {@code filename}, {@code
 * contentType} and {@code content}, which is binary. Fields of the same name become an array.
 */
final class MultipartParser {

    private static final int MAX_PARTS = 1000;
    private static final int MAX_HEAD = 8192;
    private static final int MAX_BOUNDARY = 70;

    private final byte[] body;
    private final byte[] delimiter;
    private int at;

    private MultipartParser(byte[] body, String boundary) {
        this.body = body;
        this.delimiter = ("\r\n--" + boundary).getBytes(StandardCharsets.UTF_8);
    }

    static ObjectNode read(byte[] body, MediaType type) throws IOException {
        String known = type.parameters().getOrDefault("boundary", "");
        String boundary = known.isEmpty() ? boundary(body) : known;
        if (boundary.length() > MAX_BOUNDARY) {
            throw new IOException("the multipart body has no boundary");
        }
        return new MultipartParser(body, boundary).read();
    }

    /** The boundary at the start of a body, for bodies whose media type is not trusted. */
    static String boundary(byte[] body) throws IOException {
        int end = 2;
        while (end < body.length && end <= MAX_BOUNDARY + 2 && body[end] > ' ') {
            end++;
        }
        boolean found = end > 2
                && end + 1 < body.length
                && body[0] == '-'
                && body[1] == '-'
                && body[end] == '\r'
                && body[end + 1] == '\n';
        if (!found) {
            throw new IOException("the multipart body has no boundary");
        }
        return new String(body, 2, end - 2, StandardCharsets.US_ASCII);
    }

    private ObjectNode read() throws IOException {
        ObjectNode form = JsonNodeFactory.instance.objectNode();
        // The first delimiter needs no preceding line break.
        boolean immediate =
                Arrays.equals(body, 0, Math.min(body.length, delimiter.length - 2), delimiter, 2, delimiter.length);
        int first = immediate ? -2 : indexOf(delimiter, 0);
        if (first == -1) {
            throw new IOException("the multipart body does not contain its boundary");
        }
        at = first + delimiter.length;
        int parts = 0;
        while (!startsWith("--")) {
            if (++parts > MAX_PARTS) {
                throw new TooLargeException("it has more than " + MAX_PARTS + " parts");
            }
            readPart(form);
        }
        form.properties()
                .forEach(field -> field.setValue(
                        field.getValue().size() == 1 ? field.getValue().get(0) : field.getValue()));
        return form;
    }

    private void readPart(ObjectNode form) throws IOException {
        int begin = at;
        int end = indexOf(delimiter, begin);
        int head = indexOf("\r\n\r\n".getBytes(StandardCharsets.US_ASCII), begin);
        if (end < 0 || head < 0 || head > end || head - begin > MAX_HEAD) {
            throw new IOException("a part of the multipart body has no end or no header");
        }
        String disposition = "";
        String type = "";
        for (String line : new String(body, begin, head - begin, StandardCharsets.UTF_8).split("\r\n", -1)) {
            int colon = line.indexOf(':');
            String name = colon < 0 ? "" : line.substring(0, colon).strip().toLowerCase(Locale.ROOT);
            disposition = name.equals("content-disposition")
                    ? line.substring(colon + 1).strip()
                    : disposition;
            type = name.equals("content-type") ? line.substring(colon + 1).strip() : type;
        }
        String name = BodyParser.parameter(disposition, "name");
        if (name.isEmpty()) {
            throw new IOException("a part of the multipart body has no name");
        }
        byte[] content = Arrays.copyOfRange(body, head + 4, Math.max(end, head + 4));
        if (disposition.toLowerCase(Locale.ROOT).contains("filename")) {
            ObjectNode file = values(form, name).addObject();
            file.put("filename", BodyParser.parameter(disposition, "filename"));
            file.put("contentType", type).put("content", content);
        } else {
            values(form, name).add(new String(content, MediaType.parse(type).charset(StandardCharsets.UTF_8)));
        }
        at = end + delimiter.length;
    }

    private static ArrayNode values(ObjectNode form, String name) {
        return form.withArrayProperty(name);
    }

    private boolean startsWith(String text) throws IOException {
        if (at + text.length() > body.length) {
            throw new IOException("the multipart body is truncated");
        }
        return new String(body, at, text.length(), StandardCharsets.ISO_8859_1).equals(text);
    }

    private int indexOf(byte[] wanted, int from) {
        for (int i = from; i <= body.length - wanted.length; i++) {
            if (body[i] == wanted[0] && Arrays.equals(body, i, i + wanted.length, wanted, 0, wanted.length)) {
                return i;
            }
        }
        return -1;
    }
}
