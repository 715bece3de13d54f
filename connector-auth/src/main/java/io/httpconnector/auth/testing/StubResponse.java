package io.httpconnector.auth.testing;

import io.httpconnector.InvalidDefinitionException;
import java.util.List;
import java.util.Map;

/**
 * A response of the test kit's server to a request that the strategy sends itself. Immutable.
 *
 * @param status the status code, 200 to 599
 * @param headers the header fields by name
 * @param body the body, sent as UTF-8
 */
public record StubResponse(int status, Map<String, String> headers, String body) {

    /**
     * Checks the status and copies the header fields.
     *
     * @param status the status code, 200 to 599
     * @param headers the header fields by name
     * @param body the body, sent as UTF-8
     * @throws InvalidDefinitionException if the status is out of range, or the header fields or the body are null
     */
    public StubResponse {
        if (status < 200 || status > 599) {
            throw new InvalidDefinitionException("stub response", List.of("status: " + status + " is not 200 to 599"));
        }
        if (headers == null || body == null) {
            throw new InvalidDefinitionException("stub response", List.of("headers and body: one of them is null"));
        }
        headers = Map.copyOf(headers);
    }

    /**
     * Returns a response with status 200 and a JSON body.
     *
     * @param body the JSON text
     * @return the response
     */
    public static StubResponse json(String body) {
        return new StubResponse(200, Map.of("Content-Type", "application/json"), body);
    }

    /**
     * Returns a response without a body.
     *
     * @param status the status code, 200 to 599
     * @return the response
     */
    public static StubResponse status(int status) {
        return new StubResponse(status, Map.of(), "");
    }

    /** Omits header values and body, which may hold secrets. */
    @Override
    public String toString() {
        return "StubResponse " + status + " " + headers.keySet();
    }
}
