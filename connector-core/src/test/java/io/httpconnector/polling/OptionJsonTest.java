package io.httpconnector.polling;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.ResponseRule;
import io.httpconnector.RetryPolicy;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.template.ListStyle;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.template.RequestTemplateBuilder;
import io.httpconnector.trigger.Delivery;
import java.lang.reflect.Array;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each option of a builder has a JSON form: it is set, written, read and written again. */
class OptionJsonTest {

    /** Options that are code or resources of the application, and the minimum interval, which limits documents. */
    private static final Set<String> APPLICATION = Set.of(
            "PollingTriggerBuilder.connection",
            "PollingTriggerBuilder.store",
            "PollingTriggerBuilder.handler",
            "PollingTriggerBuilder.source",
            "Delivery.listener",
            "PollingTriggerBuilder.listener",
            "PollingTriggerBuilder.engine",
            "PollingTriggerBuilder.minInterval",
            "PollingTriggerBuilder.definition",
            "RequestTemplateBuilder.filter",
            "Pagination.until",
            "Delivery.settings");

    /** Settings that an option requires, or that it overrides when it is set to the default. */
    private static final Map<String, Supplier<Object>> STARTS = Map.of(
            "Pagination", () -> Pagination.cursor("c"),
            "Cursor", () -> Cursor.timestamp("/t"),
            "RecordSelector", RecordSelector::atRoot,
            "ParentRecords", () -> ParentRecords.from(get(), RecordSelector.atRoot(), "/id"),
            "Schedule", () -> Schedule.every(Duration.ofDays(1)),
            "Delivery", () -> Delivery.to(event -> {}),
            "PushSettings", PushSettings::defaults,
            "RequestTemplateBuilder", () -> RequestTemplate.named("T").post("/"),
            "PollingTriggerBuilder", () -> PollingTrigger.named("t"));

    private static RequestTemplateBuilder graphQl() {
        return RequestTemplate.named("T").post("/").graphql("query q($other: ID) { node(id: $other) { id } }");
    }

    private static RequestTemplate get() {
        return RequestTemplate.named("L").get("/l").build();
    }

    static Stream<Method> options() {
        return Stream.of(
                        PollingTriggerBuilder.class,
                        Pagination.class,
                        Cursor.class,
                        RecordSelector.class,
                        ParentRecords.class,
                        Schedule.class,
                        Delivery.class,
                        PushSettings.class,
                        RequestTemplateBuilder.class)
                .flatMap(type -> Stream.of(type.getDeclaredMethods())
                        .filter(method -> Modifier.isPublic(method.getModifiers()))
                        .filter(method -> !Modifier.isStatic(method.getModifiers()))
                        .filter(method -> method.getReturnType() == type))
                .filter(method -> !APPLICATION.contains(name(method)))
                .filter(method -> Stream.of(method.getParameterTypes())
                        .noneMatch(type -> type.getName().startsWith("java.util.function")));
    }

    private static String name(Method method) {
        return method.getDeclaringClass().getSimpleName() + "." + method.getName();
    }

    @ParameterizedTest
    @MethodSource("options")
    void optionIsWrittenAndReadWithoutLoss(Method option) throws Exception {
        String type = option.getDeclaringClass().getSimpleName();
        boolean ofNumber =
                type.equals("Cursor") && List.of(option.getParameterTypes()).contains(long.class);
        boolean ofToken = name(option).equals("Cursor.expiredWhen");
        boolean ofValues = name(option).equals("ParentRecords.field");
        boolean ofGraphQl = Set.of("variable", "operationName", "acceptPartialData", "persistedQuery")
                .contains(option.getName());
        Supplier<Object> start = ofToken
                ? () -> Cursor.opaque("/o")
                : ofNumber
                        ? () -> Cursor.number("/n")
                        : ofValues
                                ? () -> ParentRecords.of("a")
                                : ofGraphQl ? OptionJsonTest::graphQl : STARTS.get(type);

        Object changed = option.invoke(start.get(), arguments(option));
        JsonNode written = trigger(changed).toJson();
        JsonNode read = PollingTrigger.named("t")
                .definition(JsonSupport.parse(written.toString()))
                .toJson();

        assertThat(read).as(name(option)).isEqualTo(written);
        assertThat(written)
                .as("%s has no member in the document", option)
                .isNotEqualTo(trigger(start.get()).toJson());
    }

    private static PollingTriggerBuilder trigger(Object part) {
        PollingTriggerBuilder builder = PollingTrigger.named("t");
        if (part instanceof PollingTriggerBuilder trigger) {
            return trigger;
        }
        if (part instanceof Pagination pagination) {
            return builder.pagination(pagination);
        }
        if (part instanceof Cursor cursor) {
            return builder.cursor(cursor);
        }
        if (part instanceof RecordSelector records) {
            return builder.records(records);
        }
        if (part instanceof ParentRecords parents) {
            return builder.parents(parents);
        }
        if (part instanceof Schedule schedule) {
            return builder.schedule(schedule);
        }
        if (part instanceof PushSettings push) {
            return builder.acceptPushes(push);
        }
        return part instanceof Delivery delivery
                ? builder.delivery(delivery)
                : builder.request(((RequestTemplateBuilder) part).build());
    }

    private static Object[] arguments(Method option) {
        Class<?>[] types = option.getParameterTypes();
        Object[] arguments = new Object[types.length];
        boolean isStyled = List.of(types).contains(ListStyle.class);
        for (int i = 0; i < types.length; i++) {
            arguments[i] = argument(name(option), types[i], i, isStyled, types.length == 1);
        }
        return arguments;
    }

    private static Object argument(String option, Class<?> type, int index, boolean isStyled, boolean isAlone) {
        if (type.isArray()) {
            Object array = Array.newInstance(type.getComponentType(), 1);
            Array.set(array, 0, argument(option, type.getComponentType(), index, isStyled, isAlone));
            return array;
        }
        if (type == Charset.class) {
            return StandardCharsets.ISO_8859_1;
        }
        if (type == String.class) {
            return switch (option) {
                case "Cursor.format" -> "yyyy-MM-dd";
                case "ParentRecords.as" -> "board";
                case "RecordSelector.where" -> isAlone ? "{{record.a | equals(1)}}" : "/other";
                case "RequestTemplateBuilder.delimiters" -> index == 0 ? "<%" : "%>";
                case "RequestTemplateBuilder.xml" -> "<a/>";
                case "RequestTemplateBuilder.method" -> index == 0 ? "PUT" : "/other";
                case "RequestTemplateBuilder.graphql" -> "{ viewer { id } }";
                case "RequestTemplateBuilder.variable" -> "other";
                case "RequestTemplateBuilder.operationName" -> "q";
                case "RequestTemplateBuilder.hosts" -> "*.example.com";
                case "RequestTemplateBuilder.header" -> "X-Other";
                case "RequestTemplateBuilder.bytes" -> index == 0 ? "{{a.b}}" : "text/plain";
                case "RequestTemplateBuilder.file" -> index == 3 ? "{{a.b}}" : "text/plain";
                default ->
                    isStyled && index == 1 ? "{{a.b}}" : index == 0 || !option.startsWith("Req") ? "/other" : "v";
            };
        }
        Map<Class<?>, Object> values = Map.ofEntries(
                Map.entry(int.class, 404),
                Map.entry(long.class, 7L),
                Map.entry(char.class, ';'),
                Map.entry(Object.class, Map.of("a", 1)),
                Map.entry(
                        Duration.class,
                        option.equals("Delivery.backoff") ? Duration.ofSeconds(9) : Duration.ofHours(2)),
                Map.entry(Instant.class, Instant.parse("2026-01-31T12:00:00Z")),
                Map.entry(ZoneId.class, ZoneId.of("Europe/Berlin")),
                Map.entry(RecordOrder.class, RecordOrder.DESCENDING),
                Map.entry(ParameterLocation.class, ParameterLocation.header("X-" + index)),
                Map.entry(RecordSelector.Format.class, RecordSelector.Format.XML),
                Map.entry(Schedule.Misfire.class, Schedule.Misfire.CATCH_UP),
                Map.entry(ListStyle.class, ListStyle.PIPE),
                Map.entry(RequestTemplate.class, get()),
                Map.entry(ResponseRule.class, ResponseRule.forStatus(404).treatAs(ResponseRule.Action.IGNORE)),
                Map.entry(RetryPolicy.class, RetryPolicy.none()),
                Map.entry(RecordSelector.class, RecordSelector.at("/r")),
                Map.entry(Pagination.class, Pagination.linkHeader()),
                Map.entry(Cursor.class, Cursor.number("/n")),
                Map.entry(ParentRecords.class, ParentRecords.of("a")),
                Map.entry(PushSettings.class, PushSettings.defaults().orderedBy("/revision")),
                Map.entry(StartPosition.class, StartPosition.from(Instant.EPOCH)),
                Map.entry(Schedule.class, Schedule.every(Duration.ofMinutes(7))),
                Map.entry(Delivery.class, Delivery.to(event -> {}).attempts(3)));
        assertThat(values).as("an example for %s", option).containsKey(type);
        return values.get(type);
    }
}
