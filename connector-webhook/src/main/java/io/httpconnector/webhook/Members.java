package io.httpconnector.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.InvalidDefinitionException;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * The members of a JSON object, taken one by one: what is of a wrong kind, refused by whoever it is given to, or wanted by nobody,
 * becomes a problem that says where it is. For one thread.
 */
final class Members {

    private final String place;
    private final Map<String, JsonNode> left = new LinkedHashMap<>();
    private final Set<String> known = new TreeSet<>();
    private final List<String> problems;

    /** Those of an object at a place, which is empty at the top. */
    Members(String place, JsonNode json, List<String> problems) {
        this.place = place;
        this.problems = problems;
        if (json.isObject()) {
            json.properties().forEach(member -> left.put(member.getKey(), member.getValue()));
        } else {
            problems.add((place.isEmpty() ? "definition" : place) + ": it is no JSON object");
        }
    }

    void text(String name, Consumer<String> use) {
        take(name, JsonNode::isTextual, "a text", value -> use.accept(value.asText()));
    }

    /** A text that must be there; when it isn't, that is a problem, and this is empty. */
    String needed(String name) {
        String[] text = {""};
        text(name, value -> text[0] = value);
        if (text[0].isEmpty()) {
            problems.add(at(name) + ": it is missing");
        }
        return text[0];
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
                problems.add(at(name) + ": it must be an ISO 8601 duration, such as PT5M");
            }
        });
    }

    void part(String name, Consumer<Part> use) {
        member(name, value -> use.accept(Part.fromJson(value)));
    }

    /** Texts; none when they aren't there. */
    List<String> texts(String name) {
        List<String> texts = new ArrayList<>();
        each(name, value -> {
            if (value.isTextual()) {
                texts.add(value.asText());
            } else {
                throw new InvalidDefinitionException(name, List.of("it must be a text"));
            }
        });
        return texts;
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

    /** An object within. */
    void member(String name, Consumer<JsonNode> use) {
        take(name, JsonNode::isObject, "an object", use);
    }

    private void take(String name, Predicate<JsonNode> good, String kind, Consumer<JsonNode> use) {
        known.add(name);
        JsonNode value = left.remove(name);
        if (value != null && !good.test(value)) {
            problems.add(at(name) + ": it must be " + kind);
        } else if (value != null) {
            attempt(name, () -> use.accept(value));
        }
    }

    private void attempt(String name, Runnable use) {
        try {
            use.run();
        } catch (InvalidDefinitionException e) {
            e.problems().forEach(problem -> problems.add(at(name) + ": " + problem));
        }
    }

    private String at(String name) {
        return place.isEmpty() ? name : place + "." + name;
    }

    /** Says what nobody has taken. */
    void end() {
        left.keySet().forEach(name -> problems.add(at(name) + ": there is no such member, but " + known));
    }
}
