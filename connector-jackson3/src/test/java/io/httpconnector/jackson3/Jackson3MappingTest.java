package io.httpconnector.jackson3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.NullNode;
import io.httpconnector.Body;
import io.httpconnector.ConnectorException;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.InvalidResponseException;
import io.httpconnector.Request;
import io.httpconnector.Response;
import io.httpconnector.template.Pills;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.testing.MockResponse;
import io.httpconnector.testing.MockService;
import io.httpconnector.trigger.ChangeType;
import io.httpconnector.trigger.TriggerEvent;
import io.httpconnector.webhook.WebhookEvent;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

class Jackson3MappingTest {

    private static final Instant TIME = Instant.parse("2026-01-31T12:00:00Z");
    private static final String DIGITS = "{\"a\":1.10,\"b\":1E+400,\"c\":123456789012345678901234567890}";
    private static final String ORDER =
            "{\"order_id\":\"7\",\"placed_at\":\"2026-01-31T12:00:00Z\",\"note\":\"n\",\"price\":{\"cents\":1.10}}";

    private static final JsonMapper SNAKE = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .addMixIn(Money.class, MoneyMixIn.class)
            .build();

    record Order(String orderId, Instant placedAt, Optional<String> note, Money price) {}

    /** A class that only a mix-in makes readable. */
    static final class Money {
        private final BigDecimal value;

        Money(BigDecimal value) {
            this.value = value;
        }

        public BigDecimal getWorth() {
            return value;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Money money && money.value.equals(value);
        }

        @Override
        public int hashCode() {
            return value.hashCode();
        }
    }

    abstract static class MoneyMixIn {
        MoneyMixIn(@JsonProperty("cents") BigDecimal value) {}

        @JsonProperty("cents")
        abstract BigDecimal getWorth();
    }

    private static final Order VALUE = new Order("7", TIME, Optional.of("n"), new Money(new BigDecimal("1.10")));

    @AfterEach
    void restoreDefault() {
        Response.JsonMapping.setDefault(Response.JsonMapping.standard());
    }

    private static String text(Body body) {
        return new String(body.toBytes(), StandardCharsets.UTF_8);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void connectionWritesAndReads() {
        Response.JsonMapping snake = Jackson3Mapping.of(SNAKE);
        try (MockService service = MockService.start();
                HttpConnection connection = HttpConnection.named("Shop")
                        .baseUrl(service.baseUrl())
                        .jsonMapping(snake)
                        .build()) {
            service.on("POST", "/", request -> MockResponse.json(request.body()));

            Response one = connection.send(Request.post("/").json(Map.of("order", VALUE)));
            assertThat(one.text()).isEqualTo("{\"order\":" + ORDER + "}");
            assertThat(one.json(new TypeReference<Map<String, Order>>() {})).isEqualTo(Map.of("order", VALUE));
            Response list = connection.send(Request.post("/").json(List.of(VALUE, VALUE)));
            assertThat(list.list(Order.class)).containsExactly(VALUE, VALUE);
            assertThat(list.json(JsonNode.class)).hasToString("[" + ORDER + "," + ORDER + "]");
            assertThat(list.json(com.fasterxml.jackson.databind.JsonNode.class)).isEqualTo(list.json());
            assertThatThrownBy(() -> one.list(Order.class))
                    .isInstanceOf(InvalidResponseException.class)
                    .hasMessageContaining("the body is not List<Order>: line 1, column 1: ");
        }
    }

    @Test
    void defaultAppliesToPillsBodiesAndPayloads() {
        Response.JsonMapping.setDefault(Jackson3Mapping.of(SNAKE));
        RequestTemplate template = RequestTemplate.named("T")
                .post("/{{order.order_id}}")
                .json("{\"all\":\"{{order}}\",\"cents\":\"{{order.price.cents}}\"}")
                .build();

        Request request = template.render(Pills.of("order", VALUE));

        assertThat(request.uri()).hasToString("/7");
        assertThat(text(request.body().orElseThrow())).isEqualTo("{\"all\":" + ORDER + ",\"cents\":1.10}");
        assertThat(text(Body.json(VALUE))).isEqualTo(ORDER);
        TriggerEvent event = new TriggerEvent(
                "1",
                "orders",
                ChangeType.RECEIVED,
                "k",
                Request.post("/")
                        .json(VALUE)
                        .body()
                        .map(Jackson3MappingTest::tree)
                        .orElseThrow(),
                MissingNode.getInstance(),
                TIME);
        assertThat(event.payload(Order.class)).isEqualTo(VALUE);
        assertThat(event.payload(JsonNode.class)).hasToString(ORDER);
        assertThat(WebhookEvent.of(event).payload(Order.class)).isEqualTo(VALUE);
        assertThat(WebhookEvent.of(event).payload(Object.class, Response.JsonMapping.standard()))
                .isInstanceOf(Map.class);
        assertThatThrownBy(() -> event.payload(Integer.class))
                .isInstanceOf(ConnectorException.class)
                .hasMessageStartingWith("Event orders: RECEIVED k (1): the payload is not Integer: line 1, column 1: ");
    }

    private static com.fasterxml.jackson.databind.JsonNode tree(Body body) {
        return io.httpconnector.internal.json.JsonSupport.parse(text(body));
    }

    @Test
    void everyDigitIsKept() throws Exception {
        Jackson3Mapping mapping = Jackson3Mapping.create();
        Object map = mapping.read(bytes(DIGITS), new TypeReference<Map<String, Object>>() {}.getType());
        Object tree = mapping.read(bytes(DIGITS), JsonNode.class);
        Object tree2 = mapping.read(bytes(DIGITS), com.fasterxml.jackson.databind.JsonNode.class);

        assertThat(map)
                .isEqualTo(Map.of(
                        "a", new BigDecimal("1.10"),
                        "b", new BigDecimal("1E+400"),
                        "c", new BigInteger("123456789012345678901234567890")));
        Response.JsonMapping.setDefault(mapping);
        for (Object value : new Object[] {map, tree, tree2}) {
            assertThat(new String(mapping.write(value), StandardCharsets.UTF_8)).isEqualTo(DIGITS);
            assertThat(text(Body.json(value))).isEqualTo(DIGITS);
            assertThat(text(Body.json(Map.of("x", List.of(value))))).isEqualTo("{\"x\":[" + DIGITS + "]}");
            assertThat(text(Body.json(new Holder(value)))).isEqualTo("{\"value\":" + DIGITS + "}");
        }
        assertThat(mapping.tree(tree(Body.json(tree)))).hasToString(DIGITS);
    }

    record Holder(@Nullable Object value) {}

    @Test
    void treesOfJackson2AreConverted() throws Exception {
        Jackson3Mapping mapping = Jackson3Mapping.create();
        assertThat(mapping.tree(MissingNode.getInstance()).isMissingNode()).isTrue();
        assertThat(mapping.tree(NullNode.getInstance()).isNull()).isTrue();
        assertThat(new String(mapping.write(new Holder(MissingNode.getInstance())), StandardCharsets.UTF_8))
                .isEqualTo("{\"value\":null}");
        Object holder = mapping.read(bytes("{\"node\":null,\"list\":[1,\"a\"]}"), Trees.class);
        assertThat(holder).isEqualTo(new Trees(NullNode.getInstance(), tree(Body.json(List.of(1, "a")))));
    }

    record Trees(com.fasterxml.jackson.databind.JsonNode node, com.fasterxml.jackson.databind.JsonNode list) {}

    static final class Circle {
        public Circle getSelf() {
            return this;
        }
    }

    @Test
    void objectThatCannotBeWrittenIsReported() {
        Response.JsonMapping.setDefault(Jackson3Mapping.create());
        assertThatThrownBy(() -> Body.json(new Circle()))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("Circle can't be written as JSON: ");
    }

    @SuppressWarnings("NullAway") // Callers without NullAway.
    @Test
    void nullIsRefused() {
        assertThatThrownBy(() -> Jackson3Mapping.of(null))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("mapper: null is not allowed");
    }
}
