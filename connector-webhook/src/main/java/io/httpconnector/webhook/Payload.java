package io.httpconnector.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BinaryNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.httpconnector.internal.text.CharsetDetector;
import io.httpconnector.webhook.BodyParser.TooLargeException;
import io.httpconnector.webhook.BodyParser.UnsupportedException;
import io.httpconnector.webhook.HeaderIndex.ContentHeaders;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * The payload of a request, read only from data that its verifiers cover.
 *
 * <p>A trusted sender describes its body by {@code Content-Type} and {@code Content-Encoding}. A sender that signs usually does
 * not sign these header fields, so they have no influence. The format is then detected from the body: among the media types that
 * the service is known to send, or among all.
 *
 * @param tree the payload as a JSON tree
 * @param mediaType the media type as which it was parsed
 */
record Payload(JsonNode tree, MediaType mediaType) {

    /**
     * Parses the payload.
     *
     * @param mediaTypes the possible media types of the body; empty if unknown
     * @param max the maximum size after decompression, in bytes
     * @throws IOException if the body is invalid
     */
    static Payload read(SignedData data, List<MediaType> mediaTypes, int max) throws IOException {
        JsonNode known = data.tree();
        if (known != null) {
            return new Payload(known, MediaType.JSON);
        }
        ContentHeaders content = data.contentHeaders();
        if (content.ambiguous()) {
            throw new IOException("there are several Content-Type or Content-Encoding fields that differ");
        }
        boolean described = data.isWholeRequest() || !content.type().isEmpty();
        byte[] body = described || content.encoding() != null
                ? BodyParser.decompress(data.body(), content.encoding(), max)
                : BodyParser.decompressIfGzip(data.body(), max);
        if (body.length > max) {
            throw new TooLargeException("it is larger than " + max + " bytes after decompression");
        }
        MediaType type = mediaTypes.isEmpty()
                ? MediaType.parse(content.type())
                : mediaTypes.size() == 1 ? mediaTypes.get(0) : select(mediaTypes, body);
        if (type.isForm() && !data.isWholeRequest() && body.length > 1 && body[0] == '-' && body[1] == '-') {
            // A multipart form; its line breaks are not possible in the other kind.
            type = MediaType.multipart(MultipartParser.boundary(body));
        }
        if (body.length == 0) {
            return new Payload(withoutBody(data, type, mediaTypes), type);
        }
        if (mediaTypes.size() > 1 && !data.isWholeRequest() && data.contradicts(type, mediaTypes)) {
            throw new IOException("the body is " + type + ", but Content-Type names another media type of the service");
        }
        if (mediaTypes.isEmpty() && !described) {
            return detect(body);
        }
        return new Payload(read(body, type, !data.isWholeRequest()), type);
    }

    /** A request without a body has its payload in the query. */
    private static JsonNode withoutBody(SignedData data, MediaType type, List<MediaType> mediaTypes)
            throws IOException {
        boolean needed = !mediaTypes.isEmpty() && !data.isWholeRequest() && !data.isBodyless();
        if (needed || type.isMultipart()) {
            throw new IOException("the body is empty");
        }
        if (data.query().isEmpty()) {
            return MissingNode.getInstance();
        }
        return BodyParser.form(
                data.isWholeRequest()
                        ? FormParser.parse(data.query(), StandardCharsets.UTF_8)
                        : FormParser.parseStrictly(data.query()));
    }

    /** The query parameters that are signed, all or some; missing if there are none. */
    static JsonNode parameters(WebhookRequest request, Predicate<ValueSelector> covered) throws IOException {
        Map<String, List<String>> all;
        if (covered.test(SignedData.ANY_PARAMETER)) {
            all = FormParser.parseStrictly(request.query());
        } else {
            all = new LinkedHashMap<>(BodyParser.parameters(request));
            all.keySet().removeIf(name -> name.isEmpty() || !covered.test(ValueSelector.query(name)));
        }
        return all.isEmpty() ? MissingNode.getInstance() : BodyParser.form(all);
    }

    private static JsonNode read(byte[] body, MediaType type, boolean strict) throws IOException {
        if (type.isJson()) {
            Charset charset = type.charset(StandardCharsets.UTF_8);
            return BodyParser.json(
                    charset.equals(StandardCharsets.UTF_8)
                            ? body
                            : new String(body, charset).getBytes(StandardCharsets.UTF_8));
        }
        if (type.isForm()) {
            String text = FormParser.text(body);
            Charset charset = type.charset(StandardCharsets.UTF_8);
            return BodyParser.form(
                    strict && charset.equals(StandardCharsets.UTF_8)
                            ? FormParser.parseStrictly(text)
                            : FormParser.parse(text, charset));
        }
        if (type.isMultipart()) {
            return MultipartParser.read(body, type);
        }
        if (type.isXml()) {
            return BodyParser.xml(body);
        }
        if (type.isText()) {
            Charset charset = type.charset(StandardCharsets.UTF_8);
            if (strict && charset.equals(StandardCharsets.UTF_8) && !Texts.isUtf8(body)) {
                throw new IOException("the text is not valid UTF-8");
            }
            return TextNode.valueOf(new String(body, charset));
        }
        boolean looksLikeJson = type.name().isEmpty() && (body[0] == '{' || body[0] == '[');
        return looksLikeJson ? BodyParser.json(body) : BinaryNode.valueOf(body);
    }

    /** Selects the media type of a body; no two of the candidates start with the same character. */
    private static MediaType select(List<MediaType> mediaTypes, byte[] body) {
        char first = firstCharacter(body);
        MediaType other = mediaTypes.get(0);
        for (MediaType type : mediaTypes) {
            if (type.isJson() ? first == '{' || first == '[' : type.isXml() && first == '<') {
                return type;
            }
            other = type.isJson() || type.isXml() ? other : type;
        }
        return other;
    }

    private static char firstCharacter(byte[] body) {
        boolean mark = body.length >= 3 && body[0] == (byte) 0xEF && body[1] == (byte) 0xBB && body[2] == (byte) 0xBF;
        for (int i = mark ? 3 : 0; i < body.length; i++) {
            if (body[i] != ' ' && body[i] != '\t' && body[i] != '\r' && body[i] != '\n') {
                return (char) (body[i] & 0xFF);
            }
        }
        return 0;
    }

    /** Returns JSON in UTF-16 or in a charset of one byte as UTF-8; other bodies as they are. */
    private static byte[] textOfJson(byte[] body) {
        if (body.length < 2) {
            return body;
        }
        // JSON begins with an ASCII character (RFC 4627, section 3).
        if (body[0] == 0 && isStart((char) body[1])) {
            return new String(body, StandardCharsets.UTF_16BE).getBytes(StandardCharsets.UTF_8);
        }
        if (body[1] == 0 && isStart((char) body[0])) {
            return new String(body, StandardCharsets.UTF_16LE).getBytes(StandardCharsets.UTF_8);
        }
        int mark = (body[0] & 0xff) << 8 | (body[1] & 0xff);
        boolean isMarked = mark == 0xfeff || mark == 0xfffe;
        boolean isOther = isStart(firstCharacter(body)) && !Texts.isUtf8(body);
        return isMarked || isOther ? CharsetDetector.of(body, null).getBytes(StandardCharsets.UTF_8) : body;
    }

    private static boolean isStart(char c) {
        return c == '{' || c == '[';
    }

    /** Parses a body of unknown media type by its bytes alone: the same bytes always result in the same payload. */
    private static Payload detect(byte[] body) throws IOException {
        try {
            byte[] text = textOfJson(body);
            switch (firstCharacter(text)) {
                case '{', '[', '"' -> {
                    JsonNode tree = BodyParser.json(text);
                    return new Payload(tree, CloudEvents.mediaType(tree));
                }
                case '<' -> {
                    return new Payload(BodyParser.xml(body), MediaType.XML);
                }
                case '-' -> {
                    MediaType type = MediaType.multipart(MultipartParser.boundary(body));
                    return new Payload(MultipartParser.read(body, type), type);
                }
                default -> {
                    if (FormParser.isForm(body)) {
                        Map<String, List<String>> fields = FormParser.parseStrictly(FormParser.text(body));
                        return new Payload(BodyParser.form(fields), MediaType.FORM);
                    }
                }
            }
        } catch (TooLargeException | UnsupportedException e) {
            throw e;
        } catch (IOException e) {
            // It only starts like this format.
        }
        return Texts.isUtf8(body)
                ? new Payload(TextNode.valueOf(new String(body, StandardCharsets.UTF_8)), MediaType.TEXT)
                : new Payload(BinaryNode.valueOf(body), MediaType.BINARY);
    }
}
