package io.httpconnector.spring.autoconfigure;

import java.time.OffsetDateTime;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;

/** The search of the endpoint {@code connectorexchanges} by HTTP. The response to an invalid one has the reason in its body. */
@EndpointWebExtension(endpoint = ExchangesEndpoint.class)
public final class ExchangesWebEndpoint {

    private final ExchangesEndpoint endpoint;

    ExchangesWebEndpoint(ExchangesEndpoint endpoint) {
        this.endpoint = endpoint;
    }

    /**
     * Finds exchanges, like {@link ExchangesEndpoint#search}.
     *
     * @param connection the name of the connection
     * @param trigger the id of the trigger or webhook
     * @param status a status such as {@code 404}, {@code 4xx} or {@code 400-599}
     * @param failed whether only failed calls are found
     * @param from the earliest start of the call
     * @param to the end of the period
     * @param limit the maximum number of exchanges
     * @param details whether header fields and bodies are shown
     * @return the exchanges; with status 400 the reason why there are none
     */
    @ReadOperation
    public WebEndpointResponse<Map<String, Object>> search(
            @org.springframework.lang.Nullable @Nullable String connection,
            @org.springframework.lang.Nullable @Nullable String trigger,
            @org.springframework.lang.Nullable @Nullable String status,
            @org.springframework.lang.Nullable @Nullable Boolean failed,
            @org.springframework.lang.Nullable @Nullable OffsetDateTime from,
            @org.springframework.lang.Nullable @Nullable OffsetDateTime to,
            @org.springframework.lang.Nullable @Nullable Integer limit,
            @org.springframework.lang.Nullable @Nullable Boolean details) {
        return ConnectorsWebEndpoint.respond(
                () -> endpoint.search(connection, trigger, status, failed, from, to, limit, details));
    }
}
