package io.httpconnector;

import static io.httpconnector.internal.Arguments.notNull;

import com.fasterxml.jackson.core.TreeNode;
import io.httpconnector.internal.Arguments;
import io.httpconnector.internal.http.BodyFields;
import io.httpconnector.internal.http.BodySource;
import io.httpconnector.internal.http.MultipartWriter;
import io.httpconnector.internal.http.NameValuePair;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.internal.json.ValueMapper;
import io.httpconnector.internal.json.Xml;
import io.httpconnector.internal.text.Ascii;
import io.httpconnector.internal.text.CharsetDetector;
import io.httpconnector.internal.text.LogSafe;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * The body of a request: bytes and their media type.
 *
 * <pre>{@code
 * Body.json(Map.of("name", "Acme"));
 * Body.form().field("grant_type", "client_credentials").field("client_secret", secret);
 * Body.multipart().field("comment", "The plan").file("attachment", Path.of("plan.pdf"), "application/pdf");
 * Body.file(Path.of("export.csv"), "text/csv");
 * }</pre>
 *
 * <p>Immutable: {@link #field(String, String)} and similar methods return a new body. Files and streams are read while they are
 * sent and are never held in memory as a whole.
 */
public final class Body {

    private enum Kind {
        JSON,
        FORM,
        MULTIPART,
        OTHER
    }

    /** A source that opens a stream each time a body is sent. */
    @FunctionalInterface
    public interface StreamSource {
        /**
         * Opens the stream.
         *
         * @return a new stream, which the library closes
         * @throws IOException when the stream can't be opened
         */
        InputStream open() throws IOException;
    }

    /** A writer that is called each time a body is sent. */
    @FunctionalInterface
    public interface StreamWriter {
        /**
         * Writes the whole body.
         *
         * @param out the destination; need not be closed
         * @throws IOException when the body can't be written
         */
        void writeTo(OutputStream out) throws IOException;
    }

    private static final String JSON_TYPE = "application/json";
    private static final String FORM_TYPE = "application/x-www-form-urlencoded";

    private final Kind kind;
    private final BodySource content;
    private final String contentType;
    private final List<NameValuePair> secrets;
    private final boolean concealed;
    private final @Nullable Body plain;
    /** Creates this body anew with the mapper of a connection; null if it has no objects. */
    private final @Nullable Function<ValueMapper, Body> rewriter;

    private Body(
            Kind kind,
            BodySource content,
            String contentType,
            List<NameValuePair> secrets,
            boolean concealed,
            @Nullable Body plain) {
        this(kind, content, contentType, secrets, concealed, plain, null);
    }

    private Body(
            Kind kind,
            BodySource content,
            String contentType,
            List<NameValuePair> secrets,
            boolean concealed,
            @Nullable Body plain,
            @Nullable Function<ValueMapper, Body> rewriter) {
        this.rewriter = rewriter;
        this.kind = kind;
        this.content = content;
        this.contentType = contentType;
        this.secrets = secrets;
        this.concealed = concealed;
        this.plain = plain;
    }

    private Body(Kind kind, byte[] bytes, String contentType) {
        this(kind, new BodySource.ByteArraySource(bytes), contentType, List.of(), false, null);
    }

    /**
     * Creates a JSON body.
     *
     * <p>Objects, also within maps and lists, are written by the default {@link Response.JsonMapping}, and again when they are sent
     * over a connection that has a mapping of its own: do not change them before.
     *
     * @param value JSON text if it is a string, otherwise an object to serialize: a tree, map, list, record or bean
     * @return the body, with content type {@code application/json}
     * @throws InvalidDefinitionException when the text is not a single JSON value (the message contains the position), or the
     *     object can't be serialized
     */
    public static Body json(Object value) {
        if (value instanceof String text) {
            JsonSupport.check(text);
            byte[] bytes = Arguments.encodable("JSON body", text).getBytes(StandardCharsets.UTF_8);
            return new Body(Kind.JSON, bytes, JSON_TYPE);
        }
        Body body = new Body(Kind.JSON, JsonSupport.write(value), JSON_TYPE);
        return value instanceof TreeNode ? body : body.rewritten(mapper -> json(mapper.tree(value)));
    }

    private Body rewritten(@Nullable Function<ValueMapper, Body> by) {
        return new Body(kind, content, contentType, secrets, concealed, plain, by);
    }

    /** The body that a concealed one stands for. */
    private record Original(Body body) implements Function<ValueMapper, Body> {
        @Override
        public Body apply(ValueMapper mapper) {
            return body.writtenBy(mapper);
        }
    }

    /** Returns whether the bytes are known before they are sent. */
    boolean isKnown() {
        return isKnown(shown().content);
    }

    private static boolean isKnown(BodySource source) {
        return source instanceof BodySource.SequenceSource sequence
                ? sequence.parts().stream().allMatch(Body::isKnown)
                : source instanceof BodySource.ByteArraySource;
    }

    /** Returns whether the known bytes contain a secret. */
    boolean contains(Redactor redactor) {
        return contains(shown().content, kind == Kind.MULTIPART ? null : contentType, redactor);
    }

    private static boolean contains(BodySource source, @Nullable String contentType, Redactor redactor) {
        if (source instanceof BodySource.SequenceSource sequence) {
            return sequence.parts().stream().anyMatch(part -> contains(part, contentType, redactor));
        }
        return source instanceof BodySource.ByteArraySource bytes
                && redactor.masked(bytes.all(), contentType) != bytes.all();
    }

    /**
     * Returns this body as interceptors see it, without secrets; the same body if it has none.
     *
     * @param hidesUnknown whether bytes that are not in memory may contain a secret
     */
    Body concealedFor(Redactor redactor, boolean hidesUnknown) {
        Body visible = shown();
        byte[] masked = concealed || !visible.isInMemory()
                ? LogSafe.MASK.getBytes(StandardCharsets.UTF_8)
                : redactor.masked(visible.content(), contentType);
        if (masked.length == 0 && visible.isInMemory() && visible.content().length > 0) {
            masked = LogSafe.MASK.getBytes(StandardCharsets.UTF_8);
        }
        boolean isPlain = visible.isInMemory()
                ? masked == visible.content()
                : secrets.isEmpty() && !(hidesUnknown && !isKnown()) && !contains(redactor);
        if (isPlain && !concealed) {
            return this;
        }
        BodySource seen = kind == Kind.MULTIPART
                ? MultipartWriter.of(contentType).masked(content, concealed ? text -> LogSafe.MASK : redactor::mask)
                : new BodySource.ByteArraySource(masked);
        return new Body(kind, seen, contentType, List.of(), false, null).rewritten(new Original(this));
    }

    /** Returns the body that a concealed one stands for, with what was changed since; null if it is no concealed one. */
    @Nullable Body revealed() {
        return rewriter instanceof Original original ? original.body : null;
    }

    /** Returns whether the bytes are those of another body. */
    boolean isCopyOf(Body other) {
        return isInMemory() && other.isInMemory() && Arrays.equals(content(), other.content());
    }

    /** Returns whether the text contains a mask. */
    boolean hasMask() {
        return isInMemory() && LogSafe.hasMask(new String(content(), StandardCharsets.ISO_8859_1));
    }

    /** Returns this body with what a step changes, also after its objects were written anew. */
    private Body with(UnaryOperator<Body> step) {
        if (rewriter instanceof Original original) {
            return step.apply(this).rewritten(new Original(step.apply(original.body)));
        }
        return rewriter == null
                ? step.apply(this)
                : step.apply(this).rewritten(mapper -> step.apply(writtenBy(mapper)));
    }

    /** Returns this body with its objects written by the mapper of a connection. */
    Body writtenBy(ValueMapper mapper) {
        return rewriter == null ? this : rewriter.apply(mapper);
    }

    /**
     * Creates a JSON body from bytes that are already serialized, for example by your own mapper. The bytes are neither
     * validated nor copied.
     *
     * @param json a single JSON value in UTF-8; must not be modified afterwards
     * @return the body, with content type {@code application/json}
     */
    public static Body jsonBytes(byte[] json) {
        return new Body(Kind.JSON, notNull(json, "body"), JSON_TYPE);
    }

    /**
     * Creates an XML body.
     *
     * @param xml an XML document; its declared encoding, if any, must be UTF-8
     * @return the body, with content type {@code application/xml}
     * @throws InvalidDefinitionException when the document is not well-formed; the message contains the position
     */
    public static Body xml(String xml) {
        Xml.check(notNull(xml, "XML body"));
        return text(xml, "application/xml; charset=utf-8");
    }

    /**
     * Creates an empty HTML form, to which {@link #field(String, String)} adds fields.
     *
     * @return the body, with content type {@code application/x-www-form-urlencoded}
     */
    public static Body form() {
        return new Body(Kind.FORM, new byte[0], FORM_TYPE);
    }

    /**
     * Creates an HTML form with fields.
     *
     * @param fields the names and values, in order; a name may occur more than once
     * @return the body, with content type {@code application/x-www-form-urlencoded}
     */
    public static Body form(Iterable<Map.Entry<String, String>> fields) {
        return new Body(Kind.FORM, BodyFields.form(fields), FORM_TYPE);
    }

    /**
     * Creates an empty multipart form (RFC 7578), to which {@link #field(String, String)}, {@link #file} and {@link #part} add
     * parts.
     *
     * @return the body, with content type {@code multipart/form-data}
     */
    public static Body multipart() {
        MultipartWriter empty = MultipartWriter.create();
        return new Body(Kind.MULTIPART, empty.empty(), empty.contentType(), List.of(), false, null);
    }

    /**
     * Creates a text body.
     *
     * @param text the text
     * @param contentType the media type, such as {@code text/plain; charset=iso-8859-1}; without a charset, the text is sent in
     *     UTF-8
     * @return the body
     * @throws InvalidDefinitionException when the media type is not a valid header value, or its charset can't encode a
     *     character
     */
    public static Body text(String text, String contentType) {
        NameValuePair.header("Content-Type", notNull(contentType, "content type"));
        Charset charset = CharsetDetector.charset(contentType);
        if (!charset.canEncode() || !charset.newEncoder().canEncode(notNull(text, "body text"))) {
            throw new InvalidDefinitionException("body", "the text has characters that are not in " + charset.name());
        }
        return new Body(Kind.OTHER, text.getBytes(charset), contentType);
    }

    /**
     * Creates a body from bytes in memory.
     *
     * @param bytes the bytes, which are copied
     * @param contentType the media type, such as {@code application/pdf}
     * @return the body
     * @throws InvalidDefinitionException when the media type is not a valid header value
     */
    public static Body bytes(byte[] bytes, String contentType) {
        return of(new BodySource.ByteArraySource(notNull(bytes, "body").clone()), contentType);
    }

    /**
     * Creates a body from a file, which is read while it is sent.
     *
     * @param file the file
     * @param contentType the media type, such as {@code application/pdf}
     * @return the body
     * @throws InvalidDefinitionException when there is no such file, or the media type is not a valid header value
     */
    public static Body file(Path file, String contentType) {
        return of(BodySource.FileSource.of(notNull(file, "body file")), contentType);
    }

    /**
     * Creates a body from a stream of unknown length, which is read while it is sent, with chunked transfer coding.
     *
     * @param source opens the stream each time the body is sent
     * @param contentType the media type, such as {@code text/csv}
     * @return the body
     * @throws InvalidDefinitionException when the media type is not a valid header value
     */
    public static Body stream(StreamSource source, String contentType) {
        return of(
                new BodySource.ReopenableSource(notNull(source, "body stream")::open, BodySource.UNKNOWN), contentType);
    }

    /**
     * Creates a body from a stream of known length, which is read while it is sent.
     *
     * @param source opens the stream each time the body is sent
     * @param length the length in bytes
     * @param contentType the media type, such as {@code text/csv}
     * @return the body
     * @throws InvalidDefinitionException when the length is negative, or the media type is not a valid header value
     */
    public static Body stream(StreamSource source, long length, String contentType) {
        return of(new BodySource.ReopenableSource(notNull(source, "body stream")::open, checked(length)), contentType);
    }

    private static long checked(long length) {
        if (length < 0) {
            throw new InvalidDefinitionException("body", length + " is not a valid length: omit it if it is unknown");
        }
        return length;
    }

    /**
     * Creates a body that is generated while it is sent, such as a long list of records.
     *
     * @param writer writes the body each time it is sent
     * @param length the length in bytes, the same each time
     * @param contentType the media type, such as {@code text/csv}
     * @return the body
     * @throws InvalidDefinitionException when the length is negative, or the media type is not a valid header value
     */
    public static Body writing(StreamWriter writer, long length, String contentType) {
        return of(new BodySource.WriterSource(notNull(writer, "body writer")::writeTo, checked(length)), contentType);
    }

    /**
     * Creates a body from a stream that can be read only once. A request with such a body is not retried after it was sent.
     *
     * @param stream the stream, which the library closes
     * @param contentType the media type, such as {@code text/csv}
     * @return the body
     * @throws InvalidDefinitionException when the media type is not a valid header value
     */
    public static Body stream(InputStream stream, String contentType) {
        return of(
                new BodySource.OneShotSource(notNull(stream, "body stream"), BodySource.UNKNOWN, new AtomicBoolean()),
                contentType);
    }

    private static Body of(BodySource content, String contentType) {
        NameValuePair.header("Content-Type", contentType);
        return new Body(Kind.OTHER, content, contentType, List.of(), false, null);
    }

    /**
     * Returns this body with an additional field of the form, the multipart form, or the top-level JSON object. In JSON it
     * replaces a field of the same name.
     *
     * @param name the field name
     * @param value the value
     * @return a new body
     * @throws InvalidDefinitionException when this body is neither a form nor a JSON object
     */
    public Body field(String name, String value) {
        return with(body -> body.plus(NameValuePair.of(name, value)));
    }

    /**
     * Returns this body with an additional field whose value is a secret.
     *
     * @param name the field name
     * @param secret the value, read now
     * @return a new body
     * @throws InvalidDefinitionException when this body is neither a form nor a JSON object
     */
    public Body field(String name, Secret secret) {
        NameValuePair field = NameValuePair.of(name, Secret.fixed(secret, name));
        return with(body -> body.plus(field));
    }

    private Body plus(NameValuePair field) {
        BodySource changed = switch (kind) {
            case FORM -> new BodySource.ByteArraySource(BodyFields.addToForm(content(), field));
            case JSON -> new BodySource.ByteArraySource(BodyFields.setInJson(content(), field));
            case MULTIPART -> withPart(MultipartWriter.part(field));
            case OTHER ->
                throw new InvalidDefinitionException(
                        "body",
                        "no field " + field.name() + " can be added to " + contentType + ": use a form or JSON");
        };
        List<NameValuePair> hidden = new ArrayList<>(secrets);
        if (field.secret() != null) {
            hidden.add(field);
        }
        return new Body(kind, changed, contentType, List.copyOf(hidden), concealed, null);
    }

    /** Returns this body without the fields of a name of its form or JSON object; the same body if it has no such field. */
    Body without(String name) {
        return minus(name) == this ? this : with(body -> body.minus(name));
    }

    private Body minus(String name) {
        if (kind != Kind.FORM && kind != Kind.JSON) {
            return this;
        }
        byte[] known = content();
        byte[] others =
                kind == Kind.FORM ? BodyFields.withoutInForm(known, name) : BodyFields.withoutInJson(known, name);
        return others == known
                ? this
                : new Body(kind, new BodySource.ByteArraySource(others), contentType, secrets, concealed, null);
    }

    /**
     * Returns this multipart form with an additional file.
     *
     * @param name the field name
     * @param file the file, which is read while it is sent; its name becomes the file name of the part
     * @param contentType the media type of the file
     * @return a new body
     * @throws InvalidDefinitionException when this is not a multipart form, there is no such file, or the media type is invalid
     */
    public Body file(String name, Path file, String contentType) {
        Path fileName = notNull(file, "file of part " + name).getFileName();
        return part(name, fileName == null ? "" : fileName.toString(), file(file, contentType));
    }

    /**
     * Returns this multipart form with an additional part that has a file name and any kind of body.
     *
     * @param name the field name
     * @param fileName the file name of the part
     * @param body the content of the part
     * @return a new body
     * @throws InvalidDefinitionException when this is not a multipart form
     */
    public Body part(String name, String fileName, Body body) {
        return withPart(name, notNull(fileName, "file name of part " + name), body);
    }

    /**
     * Returns this multipart form with an additional part that has a media type but no file name, such as a JSON document.
     *
     * @param name the field name
     * @param body the content of the part
     * @return a new body
     * @throws InvalidDefinitionException if this is not a multipart form
     */
    public Body part(String name, Body body) {
        return withPart(name, null, body);
    }

    private Body withPart(String name, @Nullable String fileName, Body body) {
        if (rewriter instanceof Original original) {
            return plus(name, fileName, body).rewritten(new Original(original.body.withPart(name, fileName, body)));
        }
        Body whole = plus(name, fileName, body);
        return rewriter == null && body.rewriter == null
                ? whole
                : whole.rewritten(mapper -> writtenBy(mapper).plus(name, fileName, body.writtenBy(mapper)));
    }

    private Body plus(String name, @Nullable String fileName, Body body) {
        if (kind != Kind.MULTIPART) {
            throw new InvalidDefinitionException(
                    "body",
                    "no part " + LogSafe.visible(name) + " can be added to " + contentType + ": use multipart()");
        }
        List<NameValuePair> hidden = new ArrayList<>(secrets);
        hidden.addAll(notNull(body, "body of part " + name).secrets);
        if (body.isGzip() && !body.isInMemory()) {
            throw new InvalidDefinitionException(
                    "part " + LogSafe.visible(name), "it can't be compressed while it is sent");
        }
        return new Body(
                kind,
                withPart(MultipartWriter.part(name, fileName, body.contentType, body.isGzip(), body.content)),
                contentType,
                List.copyOf(hidden),
                concealed || body.concealed,
                null);
    }

    private BodySource withPart(BodySource part) {
        return MultipartWriter.of(contentType).with(content, part);
    }

    /**
     * Returns this body compressed with gzip, for services that support it. A body in memory is compressed immediately, others
     * while they are sent.
     *
     * @return a new body
     */
    public Body gzip() {
        return with(Body::compressed);
    }

    private Body compressed() {
        if (plain != null) {
            return this;
        }
        if (!(content instanceof BodySource.ByteArraySource)) {
            return new Body(Kind.OTHER, content, contentType, secrets, concealed, this);
        }
        ByteArrayOutputStream zipped = new ByteArrayOutputStream();
        try (GZIPOutputStream zip = new GZIPOutputStream(zipped)) {
            zip.write(content());
        } catch (IOException e) {
            throw new UncheckedIOException("memory can be written", e);
        }
        return new Body(
                Kind.OTHER,
                new BodySource.ByteArraySource(zipped.toByteArray()),
                contentType,
                secrets,
                concealed,
                this);
    }

    /**
     * Returns this body with a secret marked as contained in it, so that the secret is masked in logs and exceptions. Use it
     * for secrets within JSON, XML or text; {@link #field(String, Secret)} marks its secret by itself.
     *
     * @param secret the secret, which the body contains as plain text or escaped as in JSON; read now
     * @return a new body
     */
    public Body redacting(Secret secret) {
        NameValuePair hidden = NameValuePair.of("", Secret.fixed(secret, ""));
        return with(body -> body.redacting(hidden));
    }

    private Body redacting(NameValuePair secret) {
        List<NameValuePair> hidden = new ArrayList<>(secrets);
        hidden.add(secret);
        return new Body(kind, content, contentType, List.copyOf(hidden), concealed, plain);
    }

    /**
     * Returns the media type.
     *
     * @return the media type, such as {@code application/json}
     */
    public String contentType() {
        return contentType;
    }

    /**
     * Returns the media type to send if the request sets one. A form keeps its own, apart from parameters. A multipart form can
     * have another subtype, as with curl, but keeps its boundary.
     */
    String withType(String asked) {
        return switch (shown().kind) {
            case FORM -> essence(asked).equals(FORM_TYPE) ? asked : contentType;
            case MULTIPART -> MultipartWriter.of(contentType).contentType(asked);
            case JSON, OTHER -> asked;
        };
    }

    /**
     * Returns the media type to send if the connection has a default. The default can only make the type of a JSON body more
     * specific, such as {@code application/vnd.api+json}: any other body was created with a media type.
     */
    String withDefaultType(String asked) {
        String type = essence(asked);
        boolean isJson = type.equals(JSON_TYPE) || type.endsWith("+json");
        return shown().kind == Kind.JSON && isJson ? asked : contentType;
    }

    /** Returns a media type without its parameters. */
    private static String essence(String mediaType) {
        int semicolon = mediaType.indexOf(';');
        return Ascii.lowerCase((semicolon < 0 ? mediaType : mediaType.substring(0, semicolon)).strip());
    }

    /**
     * Returns the bytes as they are sent. Reads the whole file if the body is one.
     *
     * @return a copy
     * @throws InvalidDefinitionException when the body is a stream, whose bytes are not known before they are sent
     */
    public byte[] toBytes() {
        return content().clone();
    }

    /**
     * Returns the number of bytes that are sent, as in {@code Content-Length}.
     *
     * @return the length in bytes; empty if it is unknown before the body is sent, which is then sent in chunks
     */
    public OptionalLong length() {
        boolean isUnknown = content.length() == BodySource.UNKNOWN || (plain != null && !isInMemory());
        return isUnknown ? OptionalLong.empty() : OptionalLong.of(content.length());
    }

    /** Returns the bytes, which must not be modified. */
    byte[] content() {
        if (content instanceof BodySource.ByteArraySource bytes) {
            return bytes.all();
        }
        if (!content.isRepeatable() || content.length() == BodySource.UNKNOWN || (plain != null)) {
            throw new InvalidDefinitionException("body", "its bytes are known only when they are sent: " + this);
        }
        try (InputStream stream = content.open()) {
            return stream.readAllBytes();
        } catch (IOException e) {
            throw new InvalidDefinitionException("body", "it can't be read: " + e.getMessage());
        }
    }

    /** Returns the source of the bytes. */
    BodySource source() {
        return content;
    }

    boolean isInMemory() {
        return content instanceof BodySource.ByteArraySource;
    }

    boolean isGzip() {
        return plain != null;
    }

    /** Returns the body for display: the uncompressed form of a compressed body. */
    Body shown() {
        return plain == null ? this : plain;
    }

    /** Returns this body with its whole content marked as secret, because an auth strategy has set it. */
    Body concealed() {
        return new Body(kind, content, contentType, secrets, true, plain);
    }

    boolean isConcealed() {
        return concealed;
    }

    List<NameValuePair> secrets() {
        return secrets;
    }

    /**
     * Describes the body, without its content.
     *
     * @return the size and the media type
     */
    @Override
    public String toString() {
        long length = content.length();
        return (length == BodySource.UNKNOWN ? "a stream" : length + " bytes") + " of " + contentType
                + (isGzip() ? ", by gzip" : "");
    }
}
