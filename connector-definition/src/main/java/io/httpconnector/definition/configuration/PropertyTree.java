package io.httpconnector.definition.configuration;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Properties as a tree of objects. Elements of lists have their index as name. */
final class PropertyTree {

    /** A part of a name: {@code [key]}, {@code "key"} or a text up to the next dot or bracket. */
    private static final Pattern SEGMENT = Pattern.compile("\\.?(?:\\[([^\\]]*)\\]|\"([^\"]*)\"|([^.\\[\"]+))");

    /** Groups whose names are those of a service, which may distinguish spellings. */
    private static final Set<String> OF_SERVICES = Set.of("headers", "query", "auth", "webhooks");

    private PropertyTree() {}

    /** Returns the tree below a prefix; adds a problem for each name that cannot be read. */
    static ObjectNode of(String prefix, Map<String, ?> properties, List<String> problems) {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        // In the order of the names, so that problems do not depend on the order of the map.
        new TreeMap<String, Object>(properties).forEach((name, value) -> {
            if (name.startsWith(prefix + ".") && value != null) {
                put(root, name, segments(name.substring(prefix.length())), value, problems);
            }
        });
        addSpellings(prefix, root, problems);
        return root;
    }

    /** Adds a problem for each property that is set in two spellings, of which one would have no effect. */
    private static void addSpellings(String path, ObjectNode object, List<String> problems) {
        Map<String, String> spellings = new HashMap<>();
        object.properties().forEach(member -> {
            String name = path + "." + member.getKey();
            String other = spellings.putIfAbsent(PropertyNames.uniform(member.getKey()), name);
            // Names of connections are checked by ConnectionNames.
            if (other != null && !path.endsWith(".connections")) {
                problems.add(name + ": it is the same property as " + other + ": remove one of them");
            }
            if (member.getValue() instanceof ObjectNode further && !OF_SERVICES.contains(member.getKey())) {
                addSpellings(name, further, problems);
            }
        });
    }

    private static List<String> segments(String name) {
        List<String> segments = new ArrayList<>();
        Matcher matcher = SEGMENT.matcher(name);
        int position = 0;
        while (position < name.length()
                && matcher.region(position, name.length()).lookingAt()) {
            segments.add(
                    matcher.group(1) != null
                            ? matcher.group(1)
                            : matcher.group(2) != null ? matcher.group(2) : matcher.group(3));
            position = matcher.end();
        }
        return position < name.length() ? List.of() : segments;
    }

    private static void put(ObjectNode root, String name, List<String> segments, Object value, List<String> problems) {
        if (segments.isEmpty()) {
            problems.add(name + ": it is no name of a property: separate its parts by single dots");
            return;
        }
        ObjectNode parent = root;
        for (String segment : segments.subList(0, segments.size() - 1)) {
            JsonNode child = parent.get(segment);
            if (child == null) {
                parent = parent.putObject(segment);
            } else if (child instanceof ObjectNode object) {
                parent = object;
            } else {
                problems.add(name + ": \"" + segment + "\" also has a value of its own");
                return;
            }
        }
        JsonNode read = tree(value);
        Placeholders.check(name, read, problems);
        parent.set(segments.get(segments.size() - 1), read);
    }

    /** Returns a value as JSON. */
    static JsonNode tree(Object value) {
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        if (value instanceof Map<?, ?> map) {
            ObjectNode object = nodes.objectNode();
            map.forEach((key, member) -> object.set(String.valueOf(key), tree(member)));
            return object;
        }
        if (value instanceof Collection<?> elements) {
            ArrayNode array = nodes.arrayNode();
            elements.forEach(element -> array.add(tree(element)));
            return array;
        }
        if (value instanceof Boolean flag) {
            return nodes.booleanNode(flag);
        }
        if (value instanceof Number number) {
            BigDecimal decimal = new BigDecimal(number.toString());
            return decimal.scale() <= 0 ? integer(decimal.toBigInteger()) : nodes.numberNode(decimal);
        }
        return nodes.textNode(String.valueOf(value));
    }

    /** Returns an integer as the parser of JSON does. */
    static JsonNode integer(BigInteger number) {
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        if (number.bitLength() < Integer.SIZE) {
            return nodes.numberNode(number.intValue());
        }
        return number.bitLength() < Long.SIZE ? nodes.numberNode(number.longValue()) : nodes.numberNode(number);
    }

    /** Returns the elements of a list, whose names are 0, 1, and so on; none if the object is no list. */
    static List<JsonNode> elements(JsonNode value) {
        List<JsonNode> elements = new ArrayList<>();
        if (value.isArray()) {
            value.forEach(elements::add);
        } else {
            for (int i = 0; i < value.size(); i++) {
                JsonNode element = value.get(String.valueOf(i));
                if (element == null) {
                    return List.of();
                }
                elements.add(element);
            }
        }
        return elements;
    }

    /** Returns a value in which objects whose names are 0, 1, and so on are lists. */
    static JsonNode withLists(JsonNode value) {
        if (!value.isContainerNode()) {
            return value;
        }
        List<JsonNode> elements = elements(value);
        if (!elements.isEmpty()) {
            return JsonNodeFactory.instance
                    .arrayNode()
                    .addAll(elements.stream().map(PropertyTree::withLists).toList());
        }
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        value.properties().forEach(member -> object.set(member.getKey(), withLists(member.getValue())));
        return object;
    }

    /** Returns the values of an object by their names, which may contain dots. */
    static Map<String, String> texts(JsonNode object) {
        Map<String, String> texts = new LinkedHashMap<>();
        addTexts("", object, texts);
        return texts;
    }

    private static void addTexts(String prefix, JsonNode object, Map<String, String> texts) {
        object.properties().forEach(member -> {
            String name = prefix + member.getKey();
            if (member.getValue().isContainerNode()) {
                addTexts(name + ".", member.getValue(), texts);
            } else {
                texts.put(name, member.getValue().asText());
            }
        });
    }
}
