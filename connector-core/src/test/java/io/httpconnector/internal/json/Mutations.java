package io.httpconnector.internal.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * Changes valid definitions in all the ways that must not pass in silence: permutes, retypes, misspells and removes members at every
 * depth.
 *
 * @param read reads a definition and writes it again, or throws {@link InvalidDefinitionException}
 * @param isData whether a JSON Pointer leads to data of the user, which may be anything, and is left alone
 * @param isMap whether a JSON Pointer leads to an object whose member names are the user's
 */
public record Mutations(UnaryOperator<JsonNode> read, Predicate<String> isData, Predicate<String> isMap) {

    /** Values of all types; a member gets each of those that are of another type than its own. */
    private static final List<JsonNode> VALUES = List.of(
            JsonSupport.parse("\"text\""),
            JsonSupport.parse("\"\""),
            JsonSupport.parse("\"PT5M\""),
            JsonSupport.parse("\"7\""),
            JsonSupport.parse("7"),
            JsonSupport.parse("0"),
            JsonSupport.parse("1.5"),
            JsonSupport.parse("99999999999999999999"),
            JsonSupport.parse("true"),
            JsonSupport.parse("false"),
            JsonSupport.parse("null"),
            JsonSupport.parse("[]"),
            JsonSupport.parse("[7]"),
            JsonSupport.parse("[\"/a\"]"),
            JsonSupport.parse("[{}]"),
            JsonSupport.parse("{}"),
            JsonSupport.parse("{\"a\":1}"));

    /** Values that many members do not accept although they are of the right type. */
    private static final List<JsonNode> DOUBTFUL = List.of(
            JsonSupport.parse("\"\""),
            JsonSupport.parse("\" \""),
            JsonSupport.parse("\"{{\""),
            JsonSupport.parse("\"{{unknown.pill}}\""),
            JsonSupport.parse("\"/~\""),
            JsonSupport.parse("\"\\u0000\""),
            JsonSupport.parse("\"PT-1S\""),
            JsonSupport.parse("-1"),
            JsonSupport.parse("0"),
            JsonSupport.parse("2147483647"),
            JsonSupport.parse("true"),
            JsonSupport.parse("[]"),
            JsonSupport.parse("{}"));

    /**
     * Checks all mutations of a definition.
     *
     * @param valid a valid definition
     * @param seed what the permutations depend on
     */
    public void check(JsonNode valid, long seed) {
        JsonNode meaning = read.apply(valid);
        assertContains(meaning, valid, "");
        Random random = new Random(seed);
        List<JsonNode> permuted = new ArrayList<>(List.of(sorted(valid, JSONB), sorted(valid, JSONB.reversed())));
        for (int i = 0; i < 20; i++) {
            permuted.add(permuted(valid, random));
        }
        for (JsonNode one : permuted) {
            assertThat(one).isEqualTo(valid);
            assertThat(read.apply(one)).as("seed %s: %s", seed, one).isEqualTo(meaning);
        }
        walk("", valid, (pointer, value) -> {
            for (JsonNode other : VALUES) {
                boolean isSameType = other.getNodeType() == value.getNodeType()
                        && !(value.isIntegralNumber() && !other.canConvertToInt())
                        && !(value.isIntegralNumber() && !other.isIntegralNumber());
                // The value of a condition may be any scalar, which is compared as text.
                boolean isScalar = pointer.matches(".*/conditions/\\d+/value") && other.isValueNode();
                if (!isSameType && !isScalar) {
                    refusedOrSame(replaced(valid, pointer, other), meaning, pointer);
                }
            }
            for (JsonNode other : DOUBTFUL) {
                if (other.getNodeType() == value.getNodeType() && !other.equals(value)) {
                    refusedOrKept(replaced(valid, pointer, other), pointer);
                }
            }
            if (value.isArray() && !value.isEmpty()) {
                JsonNode repeated = value.deepCopy();
                ((ArrayNode) repeated).add(value.get(0));
                refusedOrKept(replaced(valid, pointer, repeated), pointer);
            }
            if (!isElement(valid, pointer) && !isMap.test(parent(pointer))) {
                misspelt(valid, pointer, meaning);
            }
            removed(valid, pointer);
        });
    }

    /** Sorted as PostgreSQL sorts the members of a jsonb: by the length of the name, then by its bytes. */
    private static final Comparator<String> JSONB = Comparator.<String>comparingInt(
                    name -> name.getBytes(StandardCharsets.UTF_8).length)
            .thenComparing(name -> name.getBytes(StandardCharsets.UTF_8), Arrays::compareUnsigned);

    /**
     * The definition as PostgreSQL returns it from a column of the type jsonb.
     *
     * @param json the definition
     * @return the same with its members in another order
     */
    public static JsonNode jsonb(JsonNode json) {
        return sorted(json, JSONB);
    }

    private static JsonNode sorted(JsonNode json, Comparator<String> order) {
        return ordered(json, names -> names.sort(order));
    }

    /**
     * The same definition with the members of all objects in a random order.
     *
     * @param json the definition
     * @param random the order
     * @return the same
     */
    public static JsonNode permuted(JsonNode json, Random random) {
        return ordered(json, names -> Collections.shuffle(names, random));
    }

    private static JsonNode ordered(JsonNode json, java.util.function.Consumer<List<String>> order) {
        if (json.isArray()) {
            ArrayNode copy = JsonNodeFactory.instance.arrayNode();
            json.forEach(element -> copy.add(ordered(element, order)));
            return copy;
        }
        if (!json.isObject()) {
            return json;
        }
        List<String> names = new ArrayList<>();
        json.fieldNames().forEachRemaining(names::add);
        order.accept(names);
        ObjectNode copy = JsonNodeFactory.instance.objectNode();
        names.forEach(name -> copy.set(name, ordered(json.get(name), order)));
        return copy;
    }

    private void misspelt(JsonNode valid, String pointer, JsonNode meaning) {
        String name = JsonPointer.compile(pointer).last().getMatchingProperty();
        for (String other : List.of(name + "x", name.substring(1) + "_", name.toUpperCase(java.util.Locale.ROOT))) {
            JsonNode parent = valid.at(parent(pointer));
            if (!other.equals(name) && !parent.has(other)) {
                JsonNode changed = valid.deepCopy();
                ObjectNode holder = (ObjectNode) changed.at(parent(pointer));
                holder.set(other, holder.remove(name));
                refusedOrSame(changed, meaning, parent(pointer) + "/" + other);
            }
        }
    }

    /** What is left must be kept, or refused. */
    private void removed(JsonNode valid, String pointer) {
        JsonNode changed = valid.deepCopy();
        JsonPointer last = JsonPointer.compile(pointer).last();
        if (changed.at(parent(pointer)) instanceof ArrayNode array) {
            array.remove(last.getMatchingIndex());
        } else {
            ((ObjectNode) changed.at(parent(pointer))).remove(last.getMatchingProperty());
        }
        JsonNode result;
        try {
            result = read.apply(changed);
        } catch (InvalidDefinitionException e) {
            assertThat(e.problems())
                    .as("without %s: %s", pointer, changed)
                    .isNotEmpty()
                    .allMatch(problem -> problem.startsWith("/"));
            return;
        } catch (RuntimeException e) {
            throw new AssertionError("Without " + pointer + ": " + changed, e);
        }
        assertContains(result, changed, "");
    }

    private void refusedOrSame(JsonNode changed, JsonNode meaning, String pointer) {
        JsonNode result;
        try {
            result = read.apply(changed);
        } catch (InvalidDefinitionException e) {
            assertThat(e.problems())
                    .as("the problems of %s", changed)
                    .anyMatch(problem -> problem.startsWith(pointer + ":")
                            || problem.startsWith(pointer + "/")
                            || isAbove(problem, pointer));
            assertThat(e.problems())
                    .as("%s", changed)
                    .doesNotHaveDuplicates()
                    .allMatch(problem -> problem.startsWith("/"));
            return;
        } catch (RuntimeException e) {
            throw new AssertionError(pointer + " of " + changed, e);
        }
        if (!result.equals(meaning)) {
            fail("Silently accepted: %s of %s, read as %s", pointer, changed, result);
        }
    }

    /** A value of the right type is kept, or refused; each problem has a JSON Pointer. */
    private void refusedOrKept(JsonNode changed, String pointer) {
        JsonNode result;
        try {
            result = read.apply(changed);
        } catch (InvalidDefinitionException e) {
            assertThat(e.problems())
                    .as("%s of %s", pointer, changed)
                    .isNotEmpty()
                    .doesNotHaveDuplicates()
                    .allMatch(problem -> problem.matches("(?s)/[^:]+: .+"));
            return;
        } catch (RuntimeException e) {
            throw new AssertionError(pointer + " of " + changed, e);
        }
        assertContains(result, changed, "");
    }

    private static boolean isAbove(String problem, String pointer) {
        int colon = problem.indexOf(": ");
        return problem.startsWith("/") && colon > 0 && pointer.startsWith(problem.substring(0, colon) + "/");
    }

    /** Whether nothing of a document is lost in another one, which may have defaults besides. */
    private void assertContains(JsonNode all, JsonNode some, String pointer) {
        if (isData.test(pointer) || !some.isContainerNode()) {
            if (!saysNothing(all, some)) {
                assertThat(all).as(pointer).isEqualTo(some);
            }
        } else if (some.isArray() && !saysNothing(all, some)) {
            assertThat(all.isArray()).as(pointer).isTrue();
            assertThat(all.size()).as(pointer).isEqualTo(some.size());
            for (int i = 0; i < some.size(); i++) {
                assertContains(all.path(i), some.path(i), pointer + "/" + i);
            }
        } else {
            for (Map.Entry<String, JsonNode> member : some.properties()) {
                assertContains(
                        all.path(member.getKey()),
                        member.getValue(),
                        pointer + "/" + member.getKey().replace("~", "~0").replace("/", "~1"));
            }
        }
    }

    /** A false flag and an empty list need not be written. */
    private static boolean saysNothing(JsonNode written, JsonNode given) {
        boolean isNothing = given.isBoolean() ? !given.booleanValue() : given.isArray() && given.isEmpty();
        return written.isMissingNode() && isNothing;
    }

    private void walk(String pointer, JsonNode json, BiConsumer<String, JsonNode> use) {
        if (isData.test(pointer)) {
            return;
        }
        if (!pointer.isEmpty()) {
            use.accept(pointer, json);
        }
        if (json.isArray()) {
            for (int i = 0; i < json.size(); i++) {
                walk(pointer + "/" + i, json.get(i), use);
            }
        }
        json.properties()
                .forEach(member -> walk(
                        pointer + "/" + member.getKey().replace("~", "~0").replace("/", "~1"), member.getValue(), use));
    }

    private static boolean isElement(JsonNode json, String pointer) {
        return json.at(parent(pointer)).isArray();
    }

    private static String parent(String pointer) {
        return pointer.substring(0, pointer.lastIndexOf('/'));
    }

    private static JsonNode replaced(JsonNode json, String pointer, JsonNode value) {
        JsonNode copy = json.deepCopy();
        JsonPointer last = JsonPointer.compile(pointer).last();
        if (copy.at(parent(pointer)) instanceof ArrayNode array) {
            array.set(last.getMatchingIndex(), value);
        } else {
            ((ObjectNode) copy.at(parent(pointer))).set(last.getMatchingProperty(), value);
        }
        return copy;
    }
}
