package io.httpconnector.internal.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.httpconnector.InvalidDefinitionException;
import java.io.StringReader;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.composer.Composer;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeId;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.parser.ParserImpl;
import org.yaml.snakeyaml.reader.StreamReader;
import org.yaml.snakeyaml.resolver.Resolver;

/**
 * Parses a YAML document to a tree by the core schema of YAML 1.2 (section 10.3), in which {@code yes} is a string and
 * {@code 012} is twelve. Supports aliases, and the merge keys {@code <<} of YAML 1.1. Numbers keep their digits. Only loaded
 * if SnakeYAML is available. Not thread-safe.
 */
final class YamlReader {

    private static final int MAX_CHARACTERS = 64 * 1024 * 1024;
    private static final int MAX_ALIASES = 100_000;
    private static final int MAX_DEPTH = 500;

    /** The maximum number of values after expanding all aliases. */
    private static final long MAX_VALUES = 5_000_000;

    /** The maximum number of characters after expanding all aliases. */
    private static final long MAX_EXPANDED = 2L * MAX_CHARACTERS;

    private static final Tag PLAIN = new Tag("tag:io.httpconnector,2026:plain");

    private static final Pattern INTEGER = Pattern.compile("[-+]?[0-9]+");
    private static final Pattern OCTAL = Pattern.compile("0o[0-7]+");
    private static final Pattern HEXADECIMAL = Pattern.compile("0x[0-9a-fA-F]+");
    private static final Pattern FLOAT = Pattern.compile("[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?");
    private static final int MAX_DIGITS = 1000;

    /**
     * A tree with its size after expanding all aliases.
     *
     * @param values the number of its values
     * @param characters the number of characters of its texts and keys
     * @param depth the number of nested mappings and sequences
     */
    private record CountedTree(JsonNode tree, long values, long characters, int depth) {}

    private final Map<Node, CountedTree> known = new HashMap<>();
    private final Set<Node> open = new HashSet<>();

    private YamlReader() {}

    static JsonNode read(String text) {
        LoaderOptions options = new LoaderOptions();
        options.setCodePointLimit(MAX_CHARACTERS);
        options.setMaxAliasesForCollections(MAX_ALIASES);
        options.setNestingDepthLimit(MAX_DEPTH);
        try {
            Node root = new Composer(
                            new ParserImpl(new StreamReader(new StringReader(text)), options),
                            new PlainResolver(),
                            options)
                    .getSingleNode();
            return root == null ? NullNode.getInstance() : new YamlReader().read(root, 0).tree;
        } catch (MarkedYAMLException e) {
            throw YamlOrJson.invalid(at(e.getProblemMark()) + "neither valid JSON nor YAML");
        } catch (YAMLException e) {
            throw YamlOrJson.invalid("neither readable JSON nor YAML: more than " + MAX_DEPTH + " nested values or "
                    + MAX_CHARACTERS + " characters, or a character that YAML does not allow");
        }
    }

    private static String at(Mark mark) {
        return mark == null ? "" : "line " + (mark.getLine() + 1) + ", column " + (mark.getColumn() + 1) + ": ";
    }

    /** Leaves the type of plain scalars open; quoted scalars are strings. */
    private static final class PlainResolver extends Resolver {

        @Override
        protected void addImplicitResolvers() {}

        @Override
        public Tag resolve(NodeId kind, String value, boolean isImplicit) {
            return kind == NodeId.scalar && isImplicit ? PLAIN : super.resolve(kind, value, false);
        }
    }

    private CountedTree read(Node node, int depth) {
        CountedTree before = known.get(node);
        if (before != null) {
            return before;
        }
        if (!open.add(node) || depth > MAX_DEPTH) {
            throw YamlOrJson.invalid(at(node.getStartMark()) + "an alias refers to a node that contains it");
        }
        CountedTree read;
        if (node instanceof MappingNode mapping) {
            read = mapping(mapping, depth);
        } else if (node instanceof SequenceNode sequence) {
            read = sequence(sequence, depth);
        } else {
            ScalarNode scalar = (ScalarNode) node;
            read = new CountedTree(scalar(scalar), 1, scalar.getValue().length(), 0);
        }
        if (read.values > MAX_VALUES || read.characters > MAX_EXPANDED || read.depth > MAX_DEPTH) {
            throw YamlOrJson.invalid(at(node.getStartMark()) + "its aliases expand to more than " + MAX_VALUES
                    + " values, " + MAX_EXPANDED + " characters or " + MAX_DEPTH + " nested values");
        }
        open.remove(node);
        known.put(node, read);
        return read;
    }

    private CountedTree sequence(SequenceNode sequence, int depth) {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        long values = 1;
        long characters = 0;
        int nested = 0;
        for (Node element : sequence.getValue()) {
            CountedTree read = read(element, depth + 1);
            array.add(read.tree);
            values += read.values;
            characters += read.characters;
            nested = Math.max(nested, read.depth);
        }
        return new CountedTree(array, values, characters, nested + 1);
    }

    private CountedTree mapping(MappingNode mapping, int depth) {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        ObjectNode merged = JsonNodeFactory.instance.objectNode();
        long values = 1;
        long characters = 0;
        int nested = 0;
        for (NodeTuple tuple : mapping.getValue()) {
            if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
                throw YamlOrJson.invalid(at(tuple.getKeyNode().getStartMark()) + "a key must be a string");
            }
            CountedTree value = read(tuple.getValueNode(), depth + 1);
            values += value.values;
            characters += value.characters + key.getValue().length();
            nested = Math.max(nested, value.depth);
            boolean isMerge = key.getValue().equals("<<") && key.getScalarStyle() == DumperOptions.ScalarStyle.PLAIN;
            if (isMerge) {
                merge(value.tree, merged, tuple.getValueNode());
            } else if (object.has(key.getValue())) {
                throw YamlOrJson.invalid(at(key.getStartMark()) + "the key \"" + key.getValue()
                        + "\" appears twice: remove one of them");
            } else {
                object.set(key.getValue(), value.tree);
            }
        }
        merged.properties().forEach(member -> {
            if (!object.has(member.getKey())) {
                object.set(member.getKey(), member.getValue());
            }
        });
        return new CountedTree(object, values, characters, nested + 1);
    }

    /** Earlier mappings take precedence (the type merge of YAML 1.1). */
    private static void merge(JsonNode value, ObjectNode merged, Node node) {
        boolean isList = value.isArray();
        for (JsonNode one :
                isList ? value : JsonNodeFactory.instance.arrayNode().add(value)) {
            if (!one.isObject()) {
                throw YamlOrJson.invalid(
                        at(node.getStartMark()) + "the value of << must be a mapping, or a" + " list of mappings");
            }
            one.properties().forEach(member -> {
                if (!merged.has(member.getKey())) {
                    merged.set(member.getKey(), member.getValue());
                }
            });
        }
    }

    private static JsonNode scalar(ScalarNode node) {
        String text = node.getValue();
        Tag tag = node.getTag();
        JsonNode value = tag.equals(PLAIN)
                        || tag.equals(Tag.NULL)
                        || tag.equals(Tag.BOOL)
                        || tag.equals(Tag.INT)
                        || tag.equals(Tag.FLOAT)
                ? plain(text)
                : TextNode.valueOf(text);
        return tag.equals(Tag.FLOAT) && value.isIntegralNumber() ? number(text, text) : value;
    }

    private static JsonNode plain(String text) {
        switch (text) {
            case "", "~", "null", "Null", "NULL" -> {
                return NullNode.getInstance();
            }
            case "true", "True", "TRUE" -> {
                return BooleanNode.TRUE;
            }
            case "false", "False", "FALSE" -> {
                return BooleanNode.FALSE;
            }
            default -> {}
        }
        if (text.length() > MAX_DIGITS) {
            return TextNode.valueOf(text);
        }
        if (OCTAL.matcher(text).matches()) {
            return number(new BigInteger(text.substring(2), 8).toString(), text);
        }
        if (HEXADECIMAL.matcher(text).matches()) {
            return number(new BigInteger(text.substring(2), 16).toString(), text);
        }
        if (INTEGER.matcher(text).matches()) {
            return number(new BigInteger(text).toString(), text);
        }
        return FLOAT.matcher(text).matches() ? number(decimal(text), text) : TextNode.valueOf(text);
    }

    /**
     * Converts a number to JSON syntax and keeps its digits: without a plus sign and leading zeros, and with digits around
     * the decimal point.
     */
    private static String decimal(String text) {
        boolean isNegative = text.startsWith("-");
        String digits = text.replaceFirst("^[-+]", "");
        digits = digits.startsWith(".") ? "0" + digits : digits;
        digits = digits.replaceFirst("^0+(?=[0-9])", "").replaceFirst("\\.(?=$|[eE])", "");
        return (isNegative ? "-" : "") + digits;
    }

    private static JsonNode number(String json, String text) {
        try {
            return JsonSupport.parse(json);
        } catch (InvalidDefinitionException e) {
            return TextNode.valueOf(text);
        }
    }
}
