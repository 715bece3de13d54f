package io.httpconnector;

import static io.httpconnector.InvalidDefinitionException.notNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * What a request carries: bytes and their media type.
 *
 * <pre>{@code
 * Body.json(Map.of("name", "Acme"));
 * Body.form().field("grant_type", "client_credentials").field("client_secret", secret);
 * Body.text("<venue/>", "application/xml");
 * }</pre>
 *
 * <p>Immutable: {@link #field(String, String)} gives a new body. It is held in memory as a whole.
 */
public final class Body {

    private enum Kind {
        JSON,
        FORM,
        OTHER
    }

    private static final String JSON_TYPE = "application/json";
    private static final String FORM_TYPE = "application/x-www-form-urlencoded";

    private final Kind kind;
    private final byte[] bytes;
    private final String contentType;
    private final List<Field> secrets;
    private final boolean concealed;

    private Body(Kind kind, byte[] bytes, String contentType, List<Field> secrets, boolean concealed) {
        this.kind = kind;
        this.bytes = bytes;
        this.contentType = contentType;
        this.secrets = secrets;
        this.concealed = concealed;
    }

    /**
     * A body of JSON.
     *
     * @param value JSON text when it is a string, or else what is written as JSON: a tree, map, list, record or bean
     * @return the body, with content type {@code application/json}
     * @throws InvalidDefinitionException when the text is not one JSON value (says where), or the value can't be written
     */
    public static Body json(Object value) {
        if (value instanceof String text) {
            Json.check(text);
            return new Body(Kind.JSON, utf8(text), JSON_TYPE, List.of(), false);
        }
        return new Body(Kind.JSON, Json.write(value), JSON_TYPE, List.of(), false);
    }

    /**
     * An HTML form without fields yet, for {@link #field(String, String)}.
     *
     * @return the body, with content type {@code application/x-www-form-urlencoded}
     */
    public static Body form() {
        return new Body(Kind.FORM, new byte[0], FORM_TYPE, List.of(), false);
    }

    /**
     * A body of text, in UTF-8.
     *
     * @param text the text
     * @param contentType the media type, such as {@code application/xml}
     * @return the body
     * @throws InvalidDefinitionException when the media type can't stand in a header
     */
    public static Body text(String text, String contentType) {
        return bytes(utf8(notNull(text, "body text")), contentType);
    }

    /**
     * A body of bytes.
     *
     * @param bytes the bytes, copied
     * @param contentType the media type, such as {@code application/pdf}
     * @return the body
     * @throws InvalidDefinitionException when the media type can't stand in a header
     */
    public static Body bytes(byte[] bytes, String contentType) {
        Field.header("Content-Type", contentType);
        return new Body(Kind.OTHER, notNull(bytes, "body").clone(), contentType, List.of(), false);
    }

    /**
     * A body of JSON that is written already, for instance by a mapper of yours. It is neither checked nor copied.
     *
     * @param json one JSON value in UTF-8; must not be changed afterwards
     * @return the body, with content type {@code application/json}
     */
    public static Body jsonBytes(byte[] json) {
        return new Body(Kind.JSON, notNull(json, "body"), JSON_TYPE, List.of(), false);
    }

    /**
     * This body with one more field: of the form, or of the JSON object at the top, where it replaces one of the same name.
     *
     * @param name the field name
     * @param value the value
     * @return a new body
     * @throws InvalidDefinitionException when this body is neither a form nor a JSON object
     */
    public Body field(String name, String value) {
        return field(Field.of(name, value));
    }

    /**
     * This body with one more field that holds a secret.
     *
     * @param name the field name
     * @param secret the value, read now
     * @return a new body
     * @throws InvalidDefinitionException when this body is neither a form nor a JSON object
     */
    public Body field(String name, Secret secret) {
        return field(Field.of(name, secret));
    }

    private Body field(Field field) {
        byte[] changed = switch (kind) {
            case FORM -> withFormField(field);
            case JSON -> withJsonField(field);
            case OTHER ->
                throw new InvalidDefinitionException(
                        "body",
                        "no field " + field.name() + " can be added to " + contentType + ": use a form or JSON");
        };
        List<Field> hidden = new ArrayList<>(secrets);
        if (field.secret() != null) {
            hidden.add(field);
        }
        return new Body(kind, changed, contentType, List.copyOf(hidden), concealed);
    }

    private byte[] withFormField(Field field) {
        StringBuilder form = new StringBuilder(new String(bytes, StandardCharsets.US_ASCII));
        form.append(form.isEmpty() ? "" : "&");
        Ascii.percentEncode(field.name(), form);
        form.append('=');
        Ascii.percentEncode(field.value(), form);
        return utf8(form.toString());
    }

    private byte[] withJsonField(Field field) {
        JsonNode tree;
        try {
            tree = Json.read(bytes);
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
        return Json.write(object.put(field.name(), field.value()));
    }

    /**
     * The media type.
     *
     * @return such as {@code application/json}
     */
    public String contentType() {
        return contentType;
    }

    /**
     * The bytes, as they are sent.
     *
     * @return a copy
     */
    public byte[] toBytes() {
        return bytes.clone();
    }

    /** The bytes themselves, not to be changed. */
    byte[] content() {
        return bytes;
    }

    /** This body, of which nothing may be shown: an auth strategy has put it in. */
    Body concealed() {
        return new Body(kind, bytes, contentType, secrets, true);
    }

    boolean isConcealed() {
        return concealed;
    }

    List<Field> secrets() {
        return secrets;
    }

    /**
     * Says what it is, and nothing of what it holds.
     *
     * @return the size and the media type
     */
    @Override
    public String toString() {
        return bytes.length + " bytes of " + contentType;
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
