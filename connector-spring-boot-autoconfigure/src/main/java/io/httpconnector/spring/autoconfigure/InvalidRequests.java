package io.httpconnector.spring.autoconfigure;

import java.util.Map;
import java.util.function.Supplier;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;

/** Responses to invalid requests of Actuator, which Spring Boot answers without the reason. */
final class InvalidRequests {

    private InvalidRequests() {}

    /** Returns the result of an operation, or the status 400 with the reason. */
    static WebEndpointResponse<Map<String, Object>> respond(Supplier<Map<String, Object>> operation) {
        try {
            return new WebEndpointResponse<>(operation.get());
        } catch (InvalidEndpointRequestException e) {
            return new WebEndpointResponse<>(
                    Map.of("error", String.valueOf(e.getMessage())), WebEndpointResponse.STATUS_BAD_REQUEST);
        }
    }
}
