package io.httpconnector;

import static io.httpconnector.internal.Arguments.notNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.internal.http.BodySource;
import io.httpconnector.internal.http.MultipartWriter;
import io.httpconnector.internal.http.NameValuePair;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.internal.json.Xml;
import io.httpconnector.internal.text.Ascii;
import io.httpconnector.internal.text.CharsetDetector;
import io.httpconnector.internal.text.LogSafe;
import io.httpconnector.internal.text.PercentEncoding;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * The content of a request: bytes and their media type.
 *
 * <pre>{@code
 * Body.json(Map.of("name", "Acme"));
 * Body.form().field("grant_type", "client_credentials").field("client_secret", secret);
 * Body.multipart().field("comment", "The plan").file("attachment", Path.of("plan.pdf"), "application/pdf");
 * Body.file(Path.of("export.csv"), "text/csv");
 * }</pre>
 *
 * <p>Immutable: {@link #field(String, String)} and similar methods return a new body. Files and streams are read while they are
 * sent and are not kept in memory.
 */
public final class Body {

    private enum Kind {
        JSON,
        FORM,
        MULTIPART,
        OTHER
    }

    /** Opens a stream each time that a body is sent. */
    @FunctionalInterface
    public interface StreamSource {
        /**
         * Opens the stream.
         *
         * @return a stream at its beginning; closed by the library
         * @throws IOException when it can't be opened
         */
        InputStream open() throws IOException;
    }

    /** Writes a body each time that it is sent. */
    @FunctionalInterface
    public interface StreamWriter {
        /**
         * Writes all of it.
         *
         * @param out where to; need not be closed
         * @throws IOException when it can't be written
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

    private Body(
            Kind kind,
            BodySource content,
            String contentType,
            List<NameValuePair> secrets,
            boolean concealed,
            @Nullable Body plain) {
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
     * Creates a body of JSON.
     *
     * @param value JSON text when it is a string, or else what is written as JSON: a tree, map, list, record or bean
     * @return the body, with content type {@code application/json}
     * @throws InvalidDefinitionException when the text is not one JSON value (says where), or the value can't be written
     */
    public static Body json(Object value) {
        if (value instanceof String text) {
            JsonSupport.check(text);
            return new Body(Kind.JSON, text.getBytes(StandardCharsets.UTF_8), JSON_TYPE);
        }
        return new Body(Kind.JSON, JsonSupport.write(value), JSON_TYPE);
    }

    /**
     * Creates a body of JSON that is written already, for instance by a mapper of yours. It is neither checked nor copied.
     *
     * @param json one JSON value in UTF-8; must not be changed afterwards
     * @return the body, with content type {@code application/json}
     */
    public static Body jsonBytes(byte[] json) {
        return new Body(Kind.JSON, notNull(json, "body"), JSON_TYPE);
    }

    /**
     * Creates a body of XML.
     *
     * @param xml an XML document; an encoding that it declares must be UTF-8
     * @return the body, with content type {@code application/xml}
     * @throws InvalidDefinitionException when it is not well-formed: says where
     */
    public static Body xml(String xml) {
        Xml.check(notNull(xml, "XML body"));
        return text(xml, "application/xml; charset=utf-8");
    }

    /**
     * Creates an HTML form without fields yet, for {@link #field(String, String)}.
     *
     * @return the body, with content type {@code application/x-www-form-urlencoded}
     */
    public static Body form() {
        return new Body(Kind.FORM, new byte[0], FORM_TYPE);
    }

    /**
     * Creates an HTML form with fields.
     *
     * @param fields names and values, in their order; a name may be there more than once
     * @return the body, with content type {@code application/x-www-form-urlencoded}
     */
    public static Body form(Iterable<Map.Entry<String, String>> fields) {
        StringBuilder form = new StringBuilder();
        for (Map.Entry<String, String> field : fields) {
            append(form, NameValuePair.of(field.getKey(), field.getValue()));
        }
        return new Body(Kind.FORM, form.toString().getBytes(StandardCharsets.UTF_8), FORM_TYPE);
    }

    /**
     * Creates a form of several parts (RFC 7578), without parts yet, for {@link #field(String, String)}, {@link #file} and
     * {@link #part}.
     *
     * @return the body, with content type {@code multipart/form-data}
     */
    public static Body multipart() {
        MultipartWriter empty = MultipartWriter.create();
        return new Body(Kind.MULTIPART, empty.empty(), empty.contentType(), List.of(), false, null);
    }

    /**
     * Creates a body of text.
     *
     * @param text the text
     * @param contentType the media type, such as {@code text/plain; charset=iso-8859-1}; without a charset the text is sent
     *     in UTF-8
     * @return the body
     * @throws InvalidDefinitionException when the media type can't stand in a header, or its charset lacks a character
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
     * Creates a body of bytes.
     *
     * @param bytes the bytes, copied
     * @param contentType the media type, such as {@code application/pdf}
     * @return the body
     * @throws InvalidDefinitionException when the media type can't stand in a header
     */
    public static Body bytes(byte[] bytes, String contentType) {
        return of(new BodySource.ByteArraySource(notNull(bytes, "body").clone()), contentType);
    }

    /**
     * Creates a body that is a file, read while it is sent.
     *
     * @param file the file
     * @param contentType the media type, such as {@code application/pdf}
     * @return the body
     * @throws InvalidDefinitionException when there is no such file, or the media type can't stand in a header
     */
    public static Body file(Path file, String contentType) {
        return of(BodySource.FileSource.of(notNull(file, "body file")), contentType);
    }

    /**
     * Creates a body that is a stream, read while it is sent, of a length that is not known: sent in chunks.
     *
     * @param source opens the stream each time that the body is sent
     * @param contentType the media type, such as {@code text/csv}
     * @return the body
     * @throws InvalidDefinitionException when the media type can't stand in a header
     */
    public static Body stream(StreamSource source, String contentType) {
        return of(
                new BodySource.ReopenableSource(notNull(source, "body stream")::open, BodySource.UNKNOWN), contentType);
    }

    /**
     * Creates a body that is a stream of a known length, read while it is sent.
     *
     * @param source opens the stream each time that the body is sent
     * @param length how many bytes it has
     * @param contentType the media type, such as {@code text/csv}
     * @return the body
     * @throws InvalidDefinitionException when the length is negative, or the media type can't stand in a header
     */
    public static Body stream(StreamSource source, long length, String contentType) {
        return of(new BodySource.ReopenableSource(notNull(source, "body stream")::open, checked(length)), contentType);
    }

    private static long checked(long length) {
        if (length < 0) {
            throw new InvalidDefinitionException("body", length + " is no length: leave it out when it is not known");
        }
        return length;
    }

    /**
     * Creates a body that is written while it is sent, such as a long list of records.
     *
     * @param writer writes the body each time that it is sent
     * @param length how many bytes that are, always the same
     * @param contentType the media type, such as {@code text/csv}
     * @return the body
     * @throws InvalidDefinitionException when the length is negative, or the media type can't stand in a header
     */
    public static Body writing(StreamWriter writer, long length, String contentType) {
        return of(new BodySource.WriterSource(notNull(writer, "body writer")::writeTo, checked(length)), contentType);
    }

    /**
     * Creates a body that is a stream which can be read only once: a request with it is not tried again after it was sent.
     *
     * @param stream the stream; closed by the library
     * @param contentType the media type, such as {@code text/csv}
     * @return the body
     * @throws InvalidDefinitionException when the media type can't stand in a header
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
     * Returns this body with one more field: of the form, of the multipart form, or of the JSON object at the top, where it replaces
     * one of the same name.
     *
     * @param name the field name
     * @param value the value
     * @return a new body
     * @throws InvalidDefinitionException when this body is neither a form nor a JSON object
     */
    public Body field(String name, String value) {
        return field(NameValuePair.of(name, value));
    }

    /**
     * Returns this body with one more field that holds a secret.
     *
     * @param name the field name
     * @param secret the value, read now
     * @return a new body
     * @throws InvalidDefinitionException when this body is neither a form nor a JSON object
     */
    public Body field(String name, Secret secret) {
        return field(NameValuePair.of(name, Secret.fixed(secret, name)));
    }

    private Body field(NameValuePair field) {
        BodySource changed = switch (kind) {
            case FORM -> withFormField(field);
            case JSON -> withJsonField(field);
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

    private BodySource withFormField(NameValuePair field) {
        StringBuilder form = new StringBuilder(new String(content(), StandardCharsets.US_ASCII));
        append(form, field);
        return new BodySource.ByteArraySource(form.toString().getBytes(StandardCharsets.UTF_8));
    }

    private static void append(StringBuilder form, NameValuePair field) {
        form.append(form.isEmpty() ? "" : "&");
        PercentEncoding.encode(field.name(), form);
        form.append('=');
        PercentEncoding.encode(field.value(), form);
    }

    private BodySource withJsonField(NameValuePair field) {
        JsonNode tree;
        try {
            tree = JsonSupport.read(content());
        } catch (IOException e) {
            throw new InvalidDefinitionException(
                    "body", "no field " + field.name() + " can be added to what is not JSON");
        }
        if (!(tree instanceof ObjectNode object)) {
            throw new InvalidDefinitionException(
                    "body",
                    "no field " + field.name() + " can be added to a JSON "
                            + Ascii.lowerCase(tree.getNodeType().name()) + ": use an object");
        }
        return new BodySource.ByteArraySource(JsonSupport.write(object.put(field.name(), field.value())));
    }

    /**
     * Returns this multipart form with one more file.
     *
     * @param name the field name
     * @param file the file, read while it is sent; the part has its name
     * @param contentType the media type of the file
     * @return a new body
     * @throws InvalidDefinitionException when this is no multipart form, there is no such file, or the media type is none
     */
    public Body file(String name, Path file, String contentType) {
        Path fileName = notNull(file, "file of part " + name).getFileName();
        return part(name, fileName == null ? "" : fileName.toString(), file(file, contentType));
    }

    /**
     * Returns this multipart form with one more part that has a file name, whatever it is made of.
     *
     * @param name the field name
     * @param fileName the name of the file that the part stands for
     * @param body what the part holds
     * @return a new body
     * @throws InvalidDefinitionException when this is no multipart form
     */
    public Body part(String name, String fileName, Body body) {
        return withPart(name, notNull(fileName, "file name of part " + name), body);
    }

    /**
     * Returns this multipart form with one more part that has a media type, but no file name, such as a JSON document.
     *
     * @param name the field name
     * @param body what the part holds
     * @return a new body
     * @throws InvalidDefinitionException if this is no multipart form
     */
    public Body part(String name, Body body) {
        return withPart(name, null, body);
    }

    private Body withPart(String name, @Nullable String fileName, Body body) {
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
     * Returns this body compressed by gzip, for a service that accepts it: at once when it is in memory, else while it is sent.
     *
     * @return a new body
     */
    public Body gzip() {
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
     * Returns this body, for which a secret that it contains is masked in logs and exceptions: for secrets in the middle of JSON, XML or
     * text. {@link #field(String, Secret)} does so for its secret.
     *
     * @param secret the secret, which the body contains as plain text or escaped as in JSON; read now
     * @return a new body
     */
    public Body redacting(Secret secret) {
        List<NameValuePair> hidden = new ArrayList<>(secrets);
        hidden.add(NameValuePair.of("", Secret.fixed(secret, "")));
        return new Body(kind, content, contentType, List.copyOf(hidden), concealed, plain);
    }

    /**
     * Returns the media type.
     *
     * @return such as {@code application/json}
     */
    public String contentType() {
        return contentType;
    }

    /**
     * Returns the bytes, as they are sent; of a file, all that it has.
     *
     * @return a copy
     * @throws InvalidDefinitionException when they can't be known before they are sent: those of a stream
     */
    public byte[] toBytes() {
        return content().clone();
    }

    /** Returns the bytes, not to be changed. */
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

    /** Where the bytes come from. */
    BodySource source() {
        return content;
    }

    boolean isInMemory() {
        return content instanceof BodySource.ByteArraySource;
    }

    boolean isGzip() {
        return plain != null;
    }

    /** What may be shown of it: before it was compressed. */
    Body shown() {
        return plain == null ? this : plain;
    }

    /** Returns this body, of which nothing may be shown: an auth strategy has put it in. */
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
     * Says what it is, and nothing of what it holds.
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
