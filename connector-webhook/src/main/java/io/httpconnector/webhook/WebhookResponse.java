package io.httpconnector.webhook;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.Arguments;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A response to the sender of a webhook. Immutable, provided that the bytes of the body are not modified. */
public final class WebhookResponse {

    private final int status;
    private final Map<String, String> headers;
    private final byte[] body;

    private WebhookResponse(int status, Map<String, String> headers, byte[] body) {
        this.status = status;
        this.headers = headers;
        this.body = body;
    }

    /**
     * Creates a response without a body.
     *
     * @param status the status, 200 to 599
     * @return the response
     * @throws InvalidDefinitionException if the status is out of range
     */
    public static WebhookResponse of(int status) {
        if (status < 200 || status > 599) {
            throw new InvalidDefinitionException(
                    "webhook response", List.of("the status " + status + " is out of range: use 200 to 599"));
        }
        return new WebhookResponse(status, Map.of(), new byte[0]);
    }

    /**
     * Creates a response with a text.
     *
     * @param status the status, 200 to 599
     * @param text the body, sent as {@code text/plain} in UTF-8
     * @return the response
     */
    public static WebhookResponse text(int status, String text) {
        return of(status)
                .body(
                        "text/plain; charset=utf-8",
                        Arguments.notNull(text, "text of a response").getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Creates a response with JSON.
     *
     * @param status the status, 200 to 599
     * @param json the body, sent as {@code application/json}
     * @return the response
     */
    public static WebhookResponse json(int status, String json) {
        return of(status)
                .body(
                        "application/json",
                        Arguments.notNull(json, "JSON of a response").getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Returns a copy with another body.
     *
     * @param contentType the media type
     * @param bytes the body, not copied
     * @return a new response
     */
    public WebhookResponse body(String contentType, byte[] bytes) {
        return withBytes(Arguments.notNull(bytes, "body of a response")).header("Content-Type", contentType);
    }

    WebhookResponse withBytes(byte[] bytes) {
        return new WebhookResponse(status, headers, bytes);
    }

    /**
     * Returns a copy with a header field added or replaced.
     *
     * @param name the name
     * @param value the value
     * @return a new response
     * @throws InvalidDefinitionException if the name is not a token, or the value contains a control character or a character
     *     beyond Latin-1 (RFC 9110, section 5.5)
     */
    public WebhookResponse header(String name, String value) {
        Arguments.notNull(name, "name of a header field");
        Arguments.notNull(value, "value of a header field");
        if (!name.matches("[A-Za-z0-9!#$%&'*+.^_`|~-]+") || !value.chars().allMatch(WebhookResponse::isAllowed)) {
            throw new InvalidDefinitionException(
                    "webhook response",
                    List.of("the header field " + Texts.visible(name) + " contains an invalid character"));
        }
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.keySet().removeIf(name::equalsIgnoreCase);
        more.put(name, value);
        return new WebhookResponse(status, more, body);
    }

    /** Some servers send only the lower byte of a character: U+560D and U+560A would then end the line. */
    private static boolean isAllowed(int c) {
        return c == '\t' || (c >= ' ' && c < 0x7F) || (c >= 0xA0 && c <= 0xFF);
    }

    /**
     * Returns the status.
     *
     * @return the status, 200 to 599
     */
    public int status() {
        return status;
    }

    /**
     * Returns the header fields, except those that the server sets itself, such as Content-Length.
     *
     * @return the values by name
     */
    public Map<String, String> headers() {
        return Map.copyOf(headers);
    }

    /**
     * Returns the body.
     *
     * @return the bytes, not copied: do not modify them; empty if there is none
     */
    public byte[] body() {
        return body;
    }

    /**
     * Whether the webhook was accepted.
     *
     * @return true if the status is 2xx
     */
    public boolean isAccepted() {
        return status < 300;
    }

    /**
     * Describes the response without its content.
     *
     * @return the status and the size
     */
    @Override
    public String toString() {
        return status + " with " + body.length + " bytes";
    }
}
