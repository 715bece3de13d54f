package io.httpconnector.spring.autoconfigure;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.httpconnector.Exchange;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.log.ExchangeLog;
import io.httpconnector.log.ExchangeQuery;
import io.httpconnector.log.LoggedExchange;
import java.time.OffsetDateTime;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;

/** The endpoint {@code connectorexchanges} of Actuator: searches the exchange log. Secrets are removed; payloads are not. */
@Endpoint(id = "connectorexchanges")
public final class ExchangesEndpoint {

    private static final int DEFAULT_LIMIT = 100;
    private static final Pattern STATUS = Pattern.compile("([1-5])xx|(\\d{3})(?:-(\\d{3}))?");

    private final ExchangeLog log;
    private final ObjectMapper objects = new ObjectMapper();

    ExchangesEndpoint(ExchangeLog log) {
        this.log = log;
    }

    /**
     * Finds exchanges, the latest ones first. All conditions are optional.
     *
     * @param connection the name of the connection
     * @param trigger the id of the trigger or webhook whose poll or handler has sent the request
     * @param status a status such as {@code 404}, {@code 4xx} or {@code 400-599}
     * @param failed whether only failed calls are found
     * @param from the earliest start of the call, such as {@code 2026-01-31T10:00:00Z}
     * @param to the end of the period
     * @param limit the maximum number of exchanges, 100 by default
     * @param details whether header fields and bodies are shown
     * @return the exchanges, and the number of those that could not be logged
     */
    @ReadOperation
    public Map<String, Object> search(
            @org.springframework.lang.Nullable @Nullable String connection,
            @org.springframework.lang.Nullable @Nullable String trigger,
            @org.springframework.lang.Nullable @Nullable String status,
            @org.springframework.lang.Nullable @Nullable Boolean failed,
            @org.springframework.lang.Nullable @Nullable OffsetDateTime from,
            @org.springframework.lang.Nullable @Nullable OffsetDateTime to,
            @org.springframework.lang.Nullable @Nullable Integer limit,
            @org.springframework.lang.Nullable @Nullable Boolean details) {
        ExchangeQuery query;
        try {
            query = ExchangeQuery.latest(limit == null ? DEFAULT_LIMIT : limit);
            query = connection == null ? query : query.connection(connection);
            query = trigger == null ? query : query.source(trigger);
            query = status == null ? query : status(query, status);
            query = Boolean.TRUE.equals(failed) ? query.failed() : query;
            query = from == null ? query : query.from(from.toInstant());
            query = to == null ? query : query.to(to.toInstant());
        } catch (InvalidDefinitionException e) {
            throw new InvalidEndpointRequestException(String.valueOf(e.getMessage()), "invalid query");
        }
        boolean isDetailed = Boolean.TRUE.equals(details);
        return Map.of(
                "exchanges",
                log.search(query).stream()
                        .map(entry -> isDetailed ? details(entry) : summary(entry))
                        .toList(),
                "dropped",
                log.dropped());
    }

    private static ExchangeQuery status(ExchangeQuery query, String status) {
        Matcher matcher = STATUS.matcher(status);
        if (!matcher.matches()) {
            throw new InvalidDefinitionException(
                    "status", "\"" + status + "\" is no status: use 404, 4xx or 400-599, for example");
        }
        if (matcher.group(1) != null) {
            int first = Integer.parseInt(matcher.group(1)) * 100;
            return query.status(first, first + 99);
        }
        int first = Integer.parseInt(matcher.group(2));
        return query.status(first, matcher.group(3) == null ? first : Integer.parseInt(matcher.group(3)));
    }

    private static Map<String, Object> summary(LoggedExchange entry) {
        Exchange exchange = entry.exchange();
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("id", entry.id());
        json.put("time", exchange.startedAt().toString());
        json.put("connection", entry.connection());
        json.put("trigger", entry.source());
        json.put("request", exchange.method() + " " + exchange.url());
        exchange.status().ifPresent(code -> json.put("status", code));
        entry.failure().ifPresent(message -> json.put("failure", message));
        json.put("milliseconds", exchange.elapsed().toMillis());
        json.put("attempts", exchange.attempts());
        return json;
    }

    /** Returns the entry with maps instead of nodes, because the mapper of the application may be one of Jackson 3. */
    private Map<String, Object> details(LoggedExchange entry) {
        Map<String, Object> json = summary(entry);
        JsonNode exchange = entry.exchange().toJson();
        exchange.properties().forEach(member -> {
            if (member.getKey().startsWith("request") || member.getKey().startsWith("response")) {
                json.put(member.getKey(), objects.convertValue(member.getValue(), Object.class));
            }
        });
        return json;
    }
}
