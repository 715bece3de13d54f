package io.httpconnector.testing;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** A scripted response of a {@link MockService}. Immutable. */
public final class MockResponse {

    private final int status;
    private final Map<String, String> headers;
    private final byte[] body;
    private final boolean isAborted;

    private MockResponse(int status, Map<String, String> headers, byte[] body, boolean isAborted) {
        this.status = status;
        this.headers = headers;
        this.body = body;
        this.isAborted = isAborted;
    }

    /**
     * A response without a body.
     *
     * @param status 200 to 599
     * @return the response
     * @throws IllegalArgumentException if the status is out of range
     */
    public static MockResponse status(int status) {
        if (status < 200 || status > 599) {
            throw new IllegalArgumentException("the status " + status + " is out of range: use 200 to 599");
        }
        return new MockResponse(status, Map.of(), new byte[0], false);
    }

    /**
     * A response with status 200 and JSON.
     *
     * @param json the body
     * @return the response
     */
    public static MockResponse json(String json) {
        return status(200).body("application/json", json);
    }

    /**
     * A failure of the network: the service closes the socket without a response.
     *
     * @return the failure
     */
    public static MockResponse connectionReset() {
        return new MockResponse(0, Map.of(), new byte[0], true);
    }

    /**
     * Sets the body, in UTF-8.
     *
     * @param contentType the media type
     * @param text the body
     * @return a new response
     */
    public MockResponse body(String contentType, String text) {
        return new MockResponse(status, headers, text.getBytes(StandardCharsets.UTF_8), isAborted)
                .header("Content-Type", contentType);
    }

    /**
     * Sets a header field.
     *
     * @param name the name
     * @param value the value
     * @return a new response
     */
    public MockResponse header(String name, String value) {
        Map<String, String> all = new LinkedHashMap<>(headers);
        all.put(name, value);
        return new MockResponse(status, all, body, isAborted);
    }

    int status() {
        return status;
    }

    Map<String, String> headers() {
        return headers;
    }

    byte[] body() {
        return body;
    }

    boolean isAborted() {
        return isAborted;
    }
}
