package io.httpconnector.definition.imports;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.definition.imports.Jinja.Path;
import io.httpconnector.definition.imports.JinjaParser.UnsupportedException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Converts the partition routers of a stream of Airbyte to parents. Not thread-safe. */
final class AirbyteParents {

    private final AirbyteConverter converter;
    private final AirbyteScope scope;
    private final int level;
    private final String suffix;

    /** The pills by the name of a value of the partition. */
    final Map<String, String> pills = new HashMap<>();

    private boolean isComplete = true;

    /** The options that send a value, and the pill of it. */
    final Map<CatalogueItem, String> options = new HashMap<>();

    /**
     * Creates a converter.
     *
     * @param suffix makes the names of parents unique, where one is that of several others
     */
    AirbyteParents(AirbyteConverter converter, AirbyteScope scope, int level, String suffix) {
        this.converter = converter;
        this.scope = scope;
        this.level = level;
        this.suffix = suffix;
    }

    /** Returns the parents; null if there are none, or if they have no counterpart, which is noted. */
    @Nullable ObjectNode convert(CatalogueItem routers) {
        List<ObjectNode> sources = new ArrayList<>();
        for (CatalogueItem router : routers.elements()) {
            ObjectNode source = source(router, sources.size());
            if (source == null) {
                isComplete = false;
            } else {
                sources.add(source);
            }
        }
        if (sources.size() < 2) {
            return sources.isEmpty() ? null : sources.get(0);
        }
        ObjectNode product = JsonNodeFactory.instance.objectNode();
        sources.forEach(product.putArray("product")::add);
        return product;
    }

    /** Returns whether all parents have a counterpart, so that all values of the partition are known. */
    boolean isComplete() {
        return isComplete;
    }

    private @Nullable ObjectNode source(CatalogueItem router, int index) {
        return switch (router.text("type", "")) {
            case "ListPartitionRouter" -> values(router, index);
            case "SubstreamPartitionRouter" -> substreams(router, index);
            case "GroupingPartitionRouter" -> {
                router.note("there is no counterpart of a group of partitions");
                yield null;
            }
            default -> {
                router.note("there is no counterpart of the partition router \""
                        + router.text("class_name", router.text("type", "")) + "\"");
                yield null;
            }
        };
    }

    private String name(String field, int index) {
        String name = field.replaceAll("[^A-Za-z0-9_]", "_");
        boolean isTaken = name.matches("cursor|page|window|now|auth|record|response|\\d.*") || name.isEmpty();
        return (isTaken ? "parent_" + name : name) + (level > 0 ? "_" + level : "") + suffixOf(index);
    }

    private String suffixOf(int index) {
        return suffix + (index > 0 ? "_" + (index + 1) : "");
    }

    private @Nullable ObjectNode values(CatalogueItem router, int index) {
        AirbyteScope own = scope.of(router);
        String field = router.has("cursor_field") ? own.constant(router.at("cursor_field")) : null;
        CatalogueItem values = router.at("values");
        ArrayNode list = values.node().isTextual() ? own.list(values.node().textValue()) : null;
        ObjectNode source = values.node().isArray()
                ? fixed(values, own)
                : list != null ? fixed(values.withNode(list), own) : entered(values, own);
        if (source == null || field == null) {
            return null;
        }
        String name = name(field, index);
        pills.put(field, name);
        option(router.at("request_option"), name);
        if (source.path("orElse") instanceof ObjectNode others) {
            others.put("as", name);
        }
        return source.put("as", name);
    }

    private static @Nullable ObjectNode fixed(CatalogueItem values, AirbyteScope own) {
        ObjectNode source = JsonNodeFactory.instance.objectNode();
        for (CatalogueItem value : values.elements()) {
            String text = value.node().isTextual()
                    ? own.constant(value)
                    : value.node().asText();
            if (text != null) {
                source.withArray("/values").add(text);
            }
        }
        return source.isEmpty() ? null : source;
    }

    /** Returns the values that a customer enters; null if they come from elsewhere, which is noted. */
    private static @Nullable ObjectNode entered(CatalogueItem values, AirbyteScope own) {
        try {
            Jinja list = JinjaPills.single(values.node().asText());
            Jinja others = null;
            if (list instanceof Jinja.Choice choice && choice.condition().equals(choice.then())) {
                others = choice.otherwise();
                list = choice.then();
            } else if (list instanceof Jinja.Binary binary && binary.operator().equals("or")) {
                others = binary.right();
                list = binary.left();
            } else if (list instanceof Jinja.Default defaulted) {
                others = defaulted.other();
                list = defaulted.value();
            }
            String input = list instanceof Jinja.Path path && path.root().equals("config")
                    ? own.inputs().useList(path.steps())
                    : null;
            if (input != null) {
                ObjectNode source = JsonNodeFactory.instance.objectNode();
                source.put("valuesOf", "{{auth." + input + " | split(',')}}");
                if (others instanceof Jinja.Items items && !items.items().isEmpty()) {
                    items.items()
                            .forEach(item -> source.withObject("/orElse")
                                    .withArray("values")
                                    .add(String.valueOf(JinjaParser.constant(item))));
                }
                return source;
            }
        } catch (UnsupportedException e) {
            // Noted below.
        }
        values.note("the values have to be a constant list, or one of the configuration: "
                + AirbyteScope.shortened(values.node().asText()));
        return null;
    }

    private void option(CatalogueItem option, String pill) {
        if (option.exists()) {
            options.put(option, pill);
        }
    }

    private @Nullable ObjectNode substreams(CatalogueItem router, int index) {
        List<ObjectNode> sources = new ArrayList<>();
        for (CatalogueItem parent : router.at("parent_stream_configs").elements()) {
            ObjectNode source = substream(parent, index);
            if (source == null) {
                isComplete = false;
            } else {
                sources.add(source);
            }
        }
        if (sources.size() < 2) {
            return sources.isEmpty() ? null : sources.get(0);
        }
        ObjectNode union = JsonNodeFactory.instance.objectNode();
        sources.forEach(union.putArray("union")::add);
        return union;
    }

    private @Nullable ObjectNode substream(CatalogueItem parent, int index) {
        AirbyteScope own = scope.of(parent);
        String key = parent.has("parent_key") ? own.constant(parent.at("parent_key")) : null;
        String field = parent.has("partition_field") ? own.constant(parent.at("partition_field")) : null;
        if (key == null || field == null) {
            parent.note("a parent needs parent_key and partition_field");
            return null;
        }
        if (key.contains("*")) {
            parent.at("parent_key").note("a key can't have a wildcard");
            return null;
        }
        String name = name(field, index);
        AirbyteAddedFields added = new AirbyteAddedFields(parent.at("stream"), scope);
        Map<String, Path> members = added.members(key);
        String copied = members.isEmpty() ? added.source(key) : null;
        if (AirbyteAddedFields.OF_PARENT.equals(copied)) {
            parent.at("parent_key").note("a key that the parent of the parent has is not imported");
            return null;
        }
        List<String> steps = copied == null
                ? List.of(key.split("[./]", -1))
                : List.of(copied.substring(1).split("/", -1));
        String pill = AirbyteScope.path(name, steps);
        parent.ignore("all parents are listed for each poll", "incremental_dependency", "lazy_read_pointer");
        AirbyteConverter.Parent listed = converter.parent(parent.at("stream"), level + 1, suffixOf(index));
        if (listed == null) {
            return null;
        }
        ObjectNode source = listed.source();
        source.put("as", name);
        if (members.isEmpty()) {
            source.put("key", "/" + String.join("/", steps));
            pills.put(field, pill);
        } else {
            source.put("key", "/id");
            for (Map.Entry<String, Path> member : members.entrySet()) {
                List<String> path = member.getValue().steps();
                boolean isOfRecord = member.getValue().root().equals("record");
                String value = isOfRecord
                        ? AirbyteScope.path(
                                name,
                                List.of(added.sourceOr(String.join(".", path), AirbyteErrors.pointer(member.getValue()))
                                        .substring(1)
                                        .split("/", -1)))
                        : listed.pills().get(String.join(".", path));
                if (value != null) {
                    pills.put(field + "." + member.getKey(), value);
                }
            }
            if (members.values().stream().noneMatch(member -> member.equals(new Path("record", List.of("id"))))) {
                parent.at("parent_key").note("an object without the ID of the record is no key");
            }
        }
        listed.pills().forEach((outer, value) -> pills.putIfAbsent("parent_slice." + outer, value));
        for (CatalogueItem extra : parent.at("extra_fields").elements()) {
            List<String> path =
                    extra.elements().stream().map(step -> step.node().asText()).toList();
            pills.put("extra_fields." + String.join(".", path), AirbyteScope.path(name, path));
            pills.put(String.join(".", path), AirbyteScope.path(name, path));
        }
        option(parent.at("request_option"), pill);
        return source;
    }
}
