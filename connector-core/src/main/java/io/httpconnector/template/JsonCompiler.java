package io.httpconnector.template;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.template.TemplateProblem.Code;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Makes a {@link JsonTemplate} of a JSON text with pills. A string that is exactly one pill, and a pill outside of strings,
 * become a whole value; a pill inside other text becomes text; objects with {@code $each} or {@code $if} become structure.
 */
final class JsonCompiler {

    private static final List<String> OF_EACH = List.of("$each", "$as", "$item");
    private static final List<String> OF_IF = List.of("$if", "$equals", "$then", "$else");
    private static final JsonFragment NONE = new JsonFragment.LiteralFragment(JsonFragment.NOTHING);

    private final PillSyntax language;
    private final JsonOutline skeleton;
    private final List<TemplateProblem> problems;
    private final List<PillUsage> uses = new ArrayList<>();
    /** The names of the elements that are around, and the paths of their lists. */
    private final List<String> names = new ArrayList<>();

    private final List<String> lists = new ArrayList<>();
    private int slots;

    private JsonCompiler(PillSyntax language, JsonOutline skeleton, List<TemplateProblem> problems) {
        this.language = language;
        this.skeleton = skeleton;
        this.problems = problems;
    }

    /** The compiled text, or null when {@code problems} says what is wrong with it. */
    static @Nullable JsonTemplate compile(PillSyntax language, String text, List<TemplateProblem> problems) {
        int before = problems.size();
        if (!PillSyntax.isUnicode("body", text, problems)) {
            return null;
        }
        String verbatim = language.verbatim(text);
        JsonOutline skeleton = verbatim == null
                ? JsonOutline.of(language, text, problems)
                : JsonOutline.withoutPills(language, verbatim, problems);
        JsonTemplateTree tree = JsonTemplateTree.read(skeleton, problems);
        JsonCompiler compiler = new JsonCompiler(language, skeleton, problems);
        if (tree == null) {
            // What is wrong with the pills is said at the same time.
            skeleton.pills().forEach(pill -> compiler.read(pill, "", PillUsage.ANYTHING));
            return null;
        }
        JsonFragment part =
                verbatim == null ? compiler.value(tree, "") : new JsonFragment.LiteralFragment(utf8(verbatim));
        return problems.size() > before ? null : new JsonTemplate(part, compiler.slots, compiler.uses);
    }

    private JsonFragment value(JsonTemplateTree tree, String pointer) {
        if (tree.isObject()) {
            return object(tree, pointer);
        }
        if (tree.isArray()) {
            List<JsonFragment.Member> members = new ArrayList<>();
            for (JsonTemplateTree.Member member : tree.members()) {
                JsonFragment value = value(member.value(), pointer + "/" + members.size());
                members.add(new JsonFragment.Member(utf8(","), value));
            }
            return container('[', ']', members);
        }
        if (!tree.isString()) {
            return new JsonFragment.LiteralFragment(utf8(tree.text()));
        }
        JsonOutline.Pill whole = tree.cut() == null ? null : tree.cut().whole();
        if (tree.cut() == null && !PillSyntax.isUnicode("body " + pointer, tree.text(), problems)) {
            return NONE;
        }
        return whole == null ? text(tree, pointer) : whole(whole, pointer);
    }

    private JsonFragment object(JsonTemplateTree tree, String pointer) {
        Map<String, JsonTemplateTree> structure = new TreeMap<>();
        List<JsonTemplateTree.Member> others = new ArrayList<>();
        for (JsonTemplateTree.Member member : tree.members()) {
            if (OF_EACH.contains(member.name()) || OF_IF.contains(member.name())) {
                structure.put(member.name(), member.value());
            } else {
                others.add(member);
            }
        }
        if (structure.isEmpty()) {
            return container(
                    '{',
                    '}',
                    others.stream().map(member -> member(member, pointer)).toList());
        }
        boolean isEach = structure.containsKey("$each") || !structure.containsKey("$if");
        List<String> known = isEach ? OF_EACH : OF_IF;
        String wrong = wrong(structure, others, known);
        if (wrong != null) {
            problems.add(
                    TemplateProblem.of(skeleton.spot(tree.position()).pointer(pointer), Code.MALFORMED, null, wrong));
            return NONE;
        }
        return isEach ? each(structure, pointer) : choice(structure, pointer);
    }

    private static @Nullable String wrong(
            Map<String, JsonTemplateTree> structure, List<JsonTemplateTree.Member> others, List<String> known) {
        for (String name : structure.keySet()) {
            if (!known.contains(name) || !structure.containsKey(known.get(0))) {
                return "\"" + name + "\" belongs to " + (OF_IF.contains(name) ? "\"$if\"" : "\"$each\"") + ": write \"$"
                        + name + "\" for a member of that name";
            }
        }
        if (!others.isEmpty()) {
            return "an object with \"" + known.get(0) + "\" has no members but " + known + ": it has \""
                    + others.get(0).name() + "\"";
        }
        String result = known == OF_EACH ? "$item" : "$then";
        return structure.containsKey(result) ? null : "\"" + known.get(0) + "\" needs a \"" + result + "\"";
    }

    private JsonFragment.Member member(JsonTemplateTree.Member member, String pointer) {
        String name = member.name();
        String at = pointer + "/" + name.replace("~", "~0").replace("/", "~1");
        String escaped = JsonOutline.escaped(isEscapedKeyword(name) ? name.substring(1) : name);
        if (member.nameCut() != null) {
            for (Object piece : member.nameCut().pieces()) {
                if (piece instanceof JsonOutline.Pill pill) {
                    refuse(pill, pointer, "can't be a field name: let a pill be the whole object");
                }
            }
            escaped = String.join(
                    "", member.nameCut().pieces().stream().map(String::valueOf).toList());
        }
        return new JsonFragment.Member(utf8(",\"" + escaped + "\":"), value(member.value(), at));
    }

    /** Whether a name is a keyword with more dollars than it has. */
    private static boolean isEscapedKeyword(String name) {
        String bare = name.replaceFirst("^\\$+", "\\$");
        return name.startsWith("$$") && (OF_EACH.contains(bare) || OF_IF.contains(bare));
    }

    private JsonFragment whole(JsonOutline.Pill found, String pointer) {
        Expression pill = read(found, pointer, PillUsage.ANYTHING);
        return pill == null ? NONE : new JsonFragment.ValueFragment(pill);
    }

    private JsonFragment text(JsonTemplateTree tree, String pointer) {
        List<Object> pieces = new ArrayList<>();
        StringBuilder literal = new StringBuilder("\"");
        boolean canOmit = false;
        List<Object> cut = tree.cut() == null
                ? List.of(JsonOutline.escaped(tree.text()))
                : tree.cut().pieces();
        for (Object piece : cut) {
            if (!(piece instanceof JsonOutline.Pill found)) {
                literal.append(piece);
                continue;
            }
            Expression pill = read(found, pointer, PillUsage.SINGLE);
            if (pill != null) {
                if (pill.makesNull()) {
                    refuse(found, pointer, "null can't stand in a text: write | default('')");
                }
                pieces.add(utf8(literal.toString()));
                literal.setLength(0);
                pieces.add(pill);
                canOmit |= pill.canOmit();
            }
        }
        pieces.add(utf8(literal.append('"').toString()));
        return pieces.size() == 1
                ? new JsonFragment.LiteralFragment((byte[]) pieces.get(0))
                : new JsonFragment.TextFragment(pieces, canOmit);
    }

    private @Nullable Expression read(JsonOutline.Pill found, String pointer, Set<ValueType> place) {
        Expression pill = language.read(found.found(), found.spot().pointer(pointer), names, problems);
        if (pill != null && pill.keepsSlashes()) {
            refuse(found, pointer, TextTemplate.PATH_ONLY);
        }
        if (pill != null) {
            uses.add(new PillUsage(pill, path(pill), PillUsage.takes(pill, place)));
        }
        return pill;
    }

    /** The path from the job's values, also of what is within an element; empty when a filter has made the list. */
    private String path(Expression pill) {
        if (pill.slot() < 0) {
            return pill.path().text();
        }
        String list = lists.get(pill.slot());
        return list.isEmpty()
                ? ""
                : list + "[*]"
                        + pill.path().text().substring(names.get(pill.slot()).length());
    }

    private JsonFragment each(Map<String, JsonTemplateTree> structure, String pointer) {
        Expression list = pill(structure, "$each", pointer, Set.of(ValueType.LIST));
        JsonTemplateTree as = structure.get("$as");
        String name = as == null ? "item" : as.text();
        if (as != null
                && (!as.isString() || as.cut() != null || !ExpressionReader.isName(name) || names.contains(name))) {
            problems.add(
                    TemplateProblem.of(
                            skeleton.spot(as.position()).pointer(pointer + "/$as"),
                            Code.MALFORMED,
                            null,
                            "\"$as\" is the name of an element in its pills, such as \"line\", and no other element's around it"));
            return NONE;
        }
        int slot = names.size();
        slots = Math.max(slots, slot + 1);
        names.add(name);
        lists.add(list == null || list.filters().stream().anyMatch(step -> step.takes() != null) ? "" : path(list));
        JsonFragment item = value(Objects.requireNonNull(structure.get("$item")), pointer + "/$item");
        names.remove(slot);
        lists.remove(slot);
        return list == null ? NONE : new JsonFragment.EachFragment(list, slot, item);
    }

    private JsonFragment choice(Map<String, JsonTemplateTree> structure, String pointer) {
        Expression pill = pill(structure, "$if", pointer, PillUsage.ANYTHING);
        JsonFragment then = value(Objects.requireNonNull(structure.get("$then")), pointer + "/$then");
        JsonTemplateTree otherwise = structure.get("$else");
        JsonFragment other = otherwise == null ? null : value(otherwise, pointer + "/$else");
        JsonTemplateTree equals = structure.get("$equals");
        JsonNode equal = equals == null ? null : scalar(equals, pointer + "/$equals");
        return pill == null ? NONE : new JsonFragment.IfFragment(new JsonFragment.Condition(pill, equal), then, other);
    }

    private @Nullable Expression pill(
            Map<String, JsonTemplateTree> structure, String keyword, String pointer, Set<ValueType> takes) {
        JsonTemplateTree tree = Objects.requireNonNull(structure.get(keyword));
        JsonOutline.Pill whole = tree.cut() == null ? null : tree.cut().whole();
        if (whole == null) {
            problems.add(TemplateProblem.of(
                    skeleton.spot(tree.position()).pointer(pointer + "/" + keyword),
                    Code.MALFORMED,
                    null,
                    "\"" + keyword + "\" needs one pill, such as \"{{order.lines}}\""));
            return null;
        }
        return read(whole, pointer + "/" + keyword, takes);
    }

    private JsonNode scalar(JsonTemplateTree tree, String pointer) {
        boolean isScalar = tree.token().isScalarValue() && tree.cut() == null;
        if (!isScalar) {
            problems.add(TemplateProblem.of(
                    skeleton.spot(tree.position()).pointer(pointer),
                    Code.MALFORMED,
                    null,
                    "\"$equals\" needs a text, a number, true, false or null, without pills"));
        }
        return switch (tree.token()) {
            case VALUE_STRING -> TextNode.valueOf(tree.text());
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> JsonSupport.number(tree.text());
            case VALUE_TRUE -> BooleanNode.TRUE;
            case VALUE_FALSE -> BooleanNode.FALSE;
            default -> NullNode.getInstance();
        };
    }

    private void refuse(JsonOutline.Pill pill, String pointer, String message) {
        problems.add(TemplateProblem.of(
                pill.spot().pointer(pointer),
                Code.WRONG_PLACE,
                pill.found().inside().strip(),
                message));
    }

    /** One after the other when none can be left out; what is literal becomes one piece. */
    private static JsonFragment container(char open, char close, List<JsonFragment.Member> members) {
        if (members.stream().anyMatch(member -> member.value().canOmit())) {
            return new JsonFragment.ContainerFragment(open, close, members);
        }
        List<JsonFragment> parts = new ArrayList<>();
        ByteArrayOutputStream literal = new ByteArrayOutputStream();
        literal.write(open);
        for (int i = 0; i < members.size(); i++) {
            byte[] prefix = members.get(i).prefix();
            int from = i == 0 ? 1 : 0;
            literal.write(prefix, from, prefix.length - from);
            append(members.get(i).value(), literal, parts);
        }
        literal.write(close);
        add(literal, parts);
        return parts.size() == 1 ? parts.get(0) : new JsonFragment.SequenceFragment(List.copyOf(parts));
    }

    private static void append(JsonFragment part, ByteArrayOutputStream literal, List<JsonFragment> parts) {
        if (part instanceof JsonFragment.SequenceFragment sequence) {
            sequence.parts().forEach(inner -> append(inner, literal, parts));
        } else if (part instanceof JsonFragment.LiteralFragment fixed) {
            literal.writeBytes(fixed.bytes());
        } else {
            add(literal, parts);
            parts.add(part);
        }
    }

    private static void add(ByteArrayOutputStream literal, List<JsonFragment> parts) {
        if (literal.size() > 0) {
            parts.add(new JsonFragment.LiteralFragment(literal.toByteArray()));
            literal.reset();
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
