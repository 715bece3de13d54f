package io.httpconnector.webhook;

import io.httpconnector.InvalidDefinitionException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What to answer to the sender of a webhook. Immutable, as long as the bytes of the body are not changed. */
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
     * An answer without a body.
     *
     * @param status the status, 200 to 599
     * @return the answer
     * @throws InvalidDefinitionException when there is no such status
     */
    public static WebhookResponse of(int status) {
        if (status < 200 || status > 599) {
            throw new InvalidDefinitionException(
                    "webhook response", List.of("the status " + status + " can't be answered: use 200 to 599"));
        }
        return new WebhookResponse(status, Map.of(), new byte[0]);
    }

    /**
     * An answer with a text.
     *
     * @param status the status, 200 to 599
     * @param text the body, sent as {@code text/plain} in UTF-8
     * @return the answer
     */
    public static WebhookResponse text(int status, String text) {
        return of(status)
                .body(
                        "text/plain; charset=utf-8",
                        Arguments.notNull(text, "text of a response").getBytes(StandardCharsets.UTF_8));
    }

    /**
     * An answer with JSON.
     *
     * @param status the status, 200 to 599
     * @param json the body, sent as {@code application/json}
     * @return the answer
     */
    public static WebhookResponse json(int status, String json) {
        return of(status)
                .body(
                        "application/json",
                        Arguments.notNull(json, "JSON of a response").getBytes(StandardCharsets.UTF_8));
    }

    /**
     * The same answer with another body.
     *
     * @param contentType its media type
     * @param bytes the body, not copied
     * @return another answer
     */
    public WebhookResponse body(String contentType, byte[] bytes) {
        return withBytes(Arguments.notNull(bytes, "body of a response")).header("Content-Type", contentType);
    }

    WebhookResponse withBytes(byte[] bytes) {
        return new WebhookResponse(status, headers, bytes);
    }

    /**
     * The same answer with one more header field, or another value for it.
     *
     * @param name its name
     * @param value its value
     * @return another answer
     * @throws InvalidDefinitionException when the name is no token, or the value holds a control character or one beyond Latin-1
     *     (RFC 9110, section 5.5)
     */
    public WebhookResponse header(String name, String value) {
        Arguments.notNull(name, "name of a header field");
        Arguments.notNull(value, "value of a header field");
        if (!name.matches("[A-Za-z0-9!#$%&'*+.^_`|~-]+") || !value.chars().allMatch(WebhookResponse::isAllowed)) {
            throw new InvalidDefinitionException(
                    "webhook response",
                    List.of("the header field " + Texts.visible(name) + " has a character that none may have"));
        }
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.keySet().removeIf(name::equalsIgnoreCase);
        more.put(name, value);
        return new WebhookResponse(status, more, body);
    }

    /** Some servers send only the lower half of a character: U+560D and U+560A would end the line. */
    private static boolean isAllowed(int c) {
        return c == '\t' || (c >= ' ' && c < 0x7F) || (c >= 0xA0 && c <= 0xFF);
    }

    /**
     * The status.
     *
     * @return 200 to 599
     */
    public int status() {
        return status;
    }

    /**
     * The header fields, without those that the server sets itself, such as the length.
     *
     * @return the values by their names
     */
    public Map<String, String> headers() {
        return Map.copyOf(headers);
    }

    /**
     * The body.
     *
     * @return its bytes, not copied: don't change them; empty when there is none
     */
    public byte[] body() {
        return body;
    }

    /**
     * Whether the webhook was taken.
     *
     * @return whether the status is one of 2xx
     */
    public boolean isAccepted() {
        return status < 300;
    }

    /**
     * Says the status, and nothing of the content.
     *
     * @return status and size
     */
    @Override
    public String toString() {
        return status + " with " + body.length + " bytes";
    }
}
