package io.httpconnector.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.httpconnector.InvalidDefinitionException;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * The members of a JSON object, taken one by one: what is of a wrong kind, refused by whoever it is given to, or wanted by nobody,
 * becomes a problem that says where it is. For one thread.
 */
final class Members {

    private final String what;
    private final Map<String, JsonNode> left = new LinkedHashMap<>();
    private final Set<String> known = new TreeSet<>();
    private final List<String> problems = new ArrayList<>();

    /** Those of an object that describes something. */
    Members(String what, JsonNode json) {
        this.what = what;
        if (!json.isObject()) {
            throw new InvalidDefinitionException(what, List.of("it is no JSON object"));
        }
        json.properties().forEach(member -> left.put(member.getKey(), member.getValue()));
    }

    void text(String name, Consumer<String> use) {
        take(name, JsonNode::isTextual, "a text", value -> use.accept(value.asText()));
    }

    void number(String name, Consumer<Integer> use) {
        Predicate<JsonNode> integer = value -> value.isIntegralNumber() && value.canConvertToInt();
        take(name, integer, "an integer", value -> use.accept(value.asInt()));
    }

    void flag(String name, Runnable use) {
        take(name, JsonNode::isBoolean, "true or false", value -> {
            if (value.asBoolean()) {
                use.run();
            }
        });
    }

    void duration(String name, Consumer<Duration> use) {
        text(name, text -> {
            try {
                use.accept(Duration.parse(text));
            } catch (DateTimeException e) {
                problems.add(name + ": it must be an ISO 8601 duration, such as PT5M");
            }
        });
    }

    /** A text that must be there; when it isn't, this is empty, and {@link #end} refuses. */
    String needed(String name) {
        return needed(name, "", this::text);
    }

    int neededNumber(String name) {
        return needed(name, 0, this::number);
    }

    Duration neededDuration(String name) {
        return needed(name, Duration.ZERO, this::duration);
    }

    Part neededPart(String name) {
        return needed(name, Part.header("none"), this::part);
    }

    JsonNode neededObject(String name) {
        return needed(name, JsonNodeFactory.instance.objectNode(), this::object);
    }

    private <T> T needed(String name, T otherwise, BiConsumer<String, Consumer<T>> taking) {
        List<T> found = new ArrayList<>();
        if (!left.containsKey(name)) {
            problems.add(name + ": it is missing");
        }
        taking.accept(name, found::add);
        return found.isEmpty() ? otherwise : found.get(0);
    }

    void part(String name, Consumer<Part> use) {
        object(name, value -> use.accept(Part.fromJson(value)));
    }

    /** Texts; none when they aren't there. */
    String[] texts(String name) {
        List<String> texts = new ArrayList<>();
        each(name, value -> {
            if (value.isTextual()) {
                texts.add(value.asText());
            } else {
                throw new InvalidDefinitionException(name, List.of("it must be a text"));
            }
        });
        return texts.toArray(String[]::new);
    }

    /** Each element of a list. */
    void each(String name, Consumer<JsonNode> use) {
        take(name, JsonNode::isArray, "a list", list -> {
            for (int i = 0; i < list.size(); i++) {
                JsonNode element = list.get(i);
                attempt(name + "[" + i + "]", () -> use.accept(element));
            }
        });
    }

    /** Each member of an object whose members are texts. */
    void entries(String name, BiConsumer<String, String> use) {
        object(name, json -> {
            Members entries = new Members(name, json);
            json.fieldNames().forEachRemaining(key -> entries.text(key, value -> use.accept(key, value)));
            entries.check();
        });
    }

    /** An object within. */
    void object(String name, Consumer<JsonNode> use) {
        take(name, JsonNode::isObject, "an object", use);
    }

    private void take(String name, Predicate<JsonNode> good, String kind, Consumer<JsonNode> use) {
        known.add(name);
        JsonNode value = left.remove(name);
        if (value != null && !good.test(value)) {
            problems.add(name + ": it must be " + kind);
        } else if (value != null) {
            attempt(name, () -> use.accept(value));
        }
    }

    private void attempt(String name, Runnable use) {
        try {
            use.run();
        } catch (InvalidDefinitionException e) {
            e.problems().forEach(problem -> problems.add(name + ": " + problem));
        }
    }

    /** What was made of the members, now that all have been taken: unless one of them is wrong or left over. */
    <T> T end(Supplier<T> made) {
        left.keySet().forEach(name -> problems.add(name + ": there is no such member, but " + known));
        check();
        return made.get();
    }

    /** Refuses what is wrong so far: where nothing else can be understood without it. */
    void check() {
        if (!problems.isEmpty()) {
            throw new InvalidDefinitionException(what, problems);
        }
    }
}
