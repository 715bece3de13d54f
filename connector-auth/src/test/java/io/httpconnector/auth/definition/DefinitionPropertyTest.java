package io.httpconnector.auth.definition;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The order of members has no meaning, and no member of a wrong type is ignored. Tries some permutations and some values of another
 * type for each definition; with {@code -Dcases=20} all values.
 */
@Timeout(120)
class DefinitionPropertyTest {

    private static final long SEED = 28;
    private static final int PERMUTATIONS = Integer.getInteger("cases", 2);
    private static final int ALTERNATIVES = Integer.getInteger("cases", 4);

    private static ExampleDefinitions service;

    @BeforeAll
    static void start() throws Exception {
        service = new ExampleDefinitions();
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    static Set<String> examples() {
        return ExampleDefinitions.EXAMPLES.keySet();
    }

    static Set<String> presets() {
        return AuthDefinition.presets();
    }

    private static JsonNode permuted(JsonNode json, Random random) {
        if (json.isObject()) {
            List<String> names = new ArrayList<>();
            json.fieldNames().forEachRemaining(names::add);
            Collections.shuffle(names, random);
            ObjectNode permuted = JsonNodeFactory.instance.objectNode();
            names.forEach(name -> permuted.set(name, permuted(json.get(name), random)));
            return permuted;
        }
        if (json.isArray()) {
            ArrayNode permuted = JsonNodeFactory.instance.arrayNode();
            json.forEach(element -> permuted.add(permuted(element, random)));
            return permuted;
        }
        return json;
    }

    private static void checkPermutations(ObjectNode definition, int times) {
        String meaning = service.meaning(AuthDefinition.parse(definition.toString()));
        assertThat(meaning).contains("POST");
        Random random = new Random(SEED);
        for (int i = 0; i < times; i++) {
            JsonNode permuted = permuted(definition, random);
            assertThat(service.meaning(AuthDefinition.parse(permuted.toString())))
                    .as("seed %d, permutation %d: %s", SEED, i, permuted)
                    .isEqualTo(meaning);
        }
    }

    @ParameterizedTest
    @MethodSource("examples")
    void orderOfMembersHasNoMeaning(String example) throws Exception {
        checkPermutations(service.definition(example), PERMUTATIONS);
    }

    @ParameterizedTest
    @MethodSource("presets")
    void orderOfMembersOfAPresetHasNoMeaning(String id) throws Exception {
        checkPermutations(service.preset(id), 1);
    }

    private static List<JsonNode> others(JsonNode json) {
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        List<JsonNode> all = List.of(
                nodes.numberNode(7),
                nodes.numberNode(0.5),
                nodes.booleanNode(true),
                nodes.booleanNode(false),
                nodes.nullNode(),
                nodes.textNode("x"),
                nodes.textNode(""),
                nodes.arrayNode(),
                nodes.arrayNode().add("x"),
                nodes.objectNode(),
                nodes.objectNode().put("x", "y"));
        return all.stream()
                .filter(other -> other.getNodeType() != json.getNodeType())
                .toList();
    }

    private static void replace(ObjectNode document, String pointer, JsonNode value) {
        JsonPointer at = JsonPointer.compile(pointer);
        JsonNode owner = document.at(at.head());
        if (owner instanceof ObjectNode object) {
            object.set(at.last().getMatchingProperty(), value);
        } else {
            ((ArrayNode) owner).set(at.last().getMatchingIndex(), value);
        }
    }

    /** A value of another type causes an error with its pointer, or another meaning, but is never ignored. */
    private static void checkTypes(ObjectNode definition, String meaning, int alternatives) {
        Random random = new Random(SEED);
        for (String pointer : ExampleDefinitions.pointers(definition)) {
            List<JsonNode> others = new ArrayList<>(others(definition.at(pointer)));
            Collections.shuffle(others, random);
            for (JsonNode other : others.subList(0, Math.min(alternatives, others.size()))) {
                ObjectNode changed = definition.deepCopy();
                replace(changed, pointer, other);
                try {
                    AuthDefinition parsed = AuthDefinition.parse(changed.toString());
                    assertThat(service.meaning(parsed))
                            .as("%s instead of %s at %s", other, definition.at(pointer), pointer)
                            .isNotEqualTo(meaning);
                } catch (InvalidDefinitionException e) {
                    assertThat(e.problems())
                            .as("%s at %s", other, pointer)
                            .anyMatch(problem -> problem.startsWith(pointer + ":")
                                    || problem.startsWith(pointer + "/")
                                    // The other value has no placeholder for a field.
                                    || (problem.contains("/fields/") && problem.contains(" is not used: ")));
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("examples")
    void noMemberOfAnotherTypeIsIgnored(String example) throws Exception {
        ObjectNode definition = service.definition(example);
        checkTypes(definition, service.meaning(AuthDefinition.parse(definition.toString())), ALTERNATIVES);
    }

    @ParameterizedTest
    @MethodSource("presets")
    void noMemberOfAnotherTypeOfAPresetIsIgnored(String id) throws Exception {
        ObjectNode definition = service.preset(id);
        checkTypes(definition, service.meaning(AuthDefinition.parse(definition.toString())), 2);
    }
}
