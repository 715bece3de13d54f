package io.httpconnector.template;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.httpconnector.internal.json.JsonObjectReader;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.internal.json.Suggestions;
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
 * Compiles JSON text with pills to a {@link JsonTemplate}. A string that is exactly one pill, and a pill outside of strings,
 * become a typed value; a pill within other text becomes text; objects with {@code $each} or {@code $if} become lists and
 * conditions.
 */
final class JsonCompiler {

    private static final List<String> EACH_KEYWORDS = List.of("$each", "$as", "$item");
    private static final List<String> IF_KEYWORDS = List.of("$if", "$equals", "$then", "$else");
    private static final JsonFragment NONE = new JsonFragment.LiteralFragment(JsonFragment.NO_PREFIX);

    private final PillSyntax syntax;
    private final JsonOutline outline;
    private final List<TemplateProblem> problems;
    private final List<PillUsage> usages = new ArrayList<>();
    /** The names of the elements of the enclosing lists, and the paths of those lists. */
    private final List<String> names = new ArrayList<>();

    private final List<String> lists = new ArrayList<>();
    private int slots;

    private JsonCompiler(PillSyntax syntax, JsonOutline outline, List<TemplateProblem> problems) {
        this.syntax = syntax;
        this.outline = outline;
        this.problems = problems;
    }

    /** Compiles a text. Returns null if there are problems, which are added to {@code problems}. */
    static @Nullable JsonTemplate compile(PillSyntax syntax, String text, List<TemplateProblem> problems) {
        int before = problems.size();
        if (!PillSyntax.isUnicode("body", text, problems)) {
            return null;
        }
        String verbatim = syntax.verbatim(text);
        JsonOutline outline = verbatim == null
                ? JsonOutline.of(syntax, text, problems)
                : JsonOutline.withoutPills(syntax, verbatim, problems);
        JsonTemplateTree tree = JsonTemplateTree.read(outline, problems);
        JsonCompiler compiler = new JsonCompiler(syntax, outline, problems);
        if (tree == null) {
            // Also reports the problems of the pills.
            outline.pills().forEach(pill -> compiler.read(pill, "", PillUsage.ANYTHING));
            return null;
        }
        JsonFragment part =
                verbatim == null ? compiler.value(tree, "") : new JsonFragment.LiteralFragment(utf8(verbatim));
        return problems.size() > before ? null : new JsonTemplate(part, compiler.slots, compiler.usages);
    }

    private JsonFragment value(JsonTemplateTree tree, String pointer) {
        if (tree.isObject()) {
            return object(tree, pointer);
        }
        if (tree.isArray()) {
            List<JsonFragment.PrefixedFragment> members = new ArrayList<>();
            for (JsonTemplateTree.MemberNode member : tree.members()) {
                JsonFragment value = value(member.value(), pointer + "/" + members.size());
                members.add(new JsonFragment.PrefixedFragment(utf8(","), value));
            }
            return container('[', ']', members);
        }
        if (!tree.isString()) {
            return new JsonFragment.LiteralFragment(utf8(tree.text()));
        }
        JsonOutline.Pill whole = tree.pieces() == null ? null : tree.pieces().whole();
        if (tree.pieces() == null && !PillSyntax.isUnicode("body " + pointer, tree.text(), problems)) {
            return NONE;
        }
        return whole == null ? text(tree, pointer) : whole(whole, pointer);
    }

    private JsonFragment object(JsonTemplateTree tree, String pointer) {
        Map<String, JsonTemplateTree> structure = new TreeMap<>();
        List<JsonTemplateTree.MemberNode> otherMembers = new ArrayList<>();
        for (JsonTemplateTree.MemberNode member : tree.members()) {
            if (EACH_KEYWORDS.contains(member.name()) || IF_KEYWORDS.contains(member.name())) {
                structure.put(member.name(), member.value());
            } else {
                otherMembers.add(member);
            }
        }
        if (structure.isEmpty()) {
            return container(
                    '{',
                    '}',
                    otherMembers.stream().map(member -> member(member, pointer)).toList());
        }
        boolean isEach =
                structure.containsKey("$each") || structure.keySet().stream().noneMatch(IF_KEYWORDS::contains);
        List<String> known = isEach ? EACH_KEYWORDS : IF_KEYWORDS;
        for (JsonTemplateTree.MemberNode member : otherMembers) {
            String keyword = misspeltKeyword(member.name(), structure.keySet(), known);
            if (keyword != null) {
                problems.add(TemplateProblem.of(
                                outline.location(member.position())
                                        .withPointer(pointer + "/" + JsonObjectReader.token(member.name())),
                                Code.MALFORMED,
                                null,
                                "\"" + member.name() + "\" is unknown beside \""
                                        + structure.keySet().iterator().next() + "\"")
                        .withSuggestion(keyword));
                return NONE;
            }
        }
        String problem = structureProblem(structure, otherMembers, known);
        if (problem != null) {
            problems.add(TemplateProblem.of(
                    outline.location(tree.position()).withPointer(pointer), Code.MALFORMED, null, problem));
            return NONE;
        }
        return isEach ? each(structure, pointer) : conditional(structure, pointer);
    }

    /** The absent keyword that a member is similar to; null if there is none. */
    private static @Nullable String misspeltKeyword(String name, Set<String> present, List<String> known) {
        List<String> absent =
                known.stream().filter(keyword -> !present.contains(keyword)).toList();
        return name.startsWith("$") && !isEscapedKeyword(name) ? Suggestions.of(name, absent) : null;
    }

    private static @Nullable String structureProblem(
            Map<String, JsonTemplateTree> structure,
            List<JsonTemplateTree.MemberNode> otherMembers,
            List<String> known) {
        for (String name : structure.keySet()) {
            if (!known.contains(name) || !structure.containsKey(known.get(0))) {
                return "\"" + name + "\" requires " + (IF_KEYWORDS.contains(name) ? "\"$if\"" : "\"$each\"")
                        + ": write \"$" + name + "\" for a member of that name";
            }
        }
        if (!otherMembers.isEmpty()) {
            return "an object with \"" + known.get(0) + "\" can only have the members " + known + ", but has \""
                    + otherMembers.get(0).name() + "\"";
        }
        String result = known == EACH_KEYWORDS ? "$item" : "$then";
        return structure.containsKey(result) ? null : "\"" + known.get(0) + "\" requires \"" + result + "\"";
    }

    private JsonFragment.PrefixedFragment member(JsonTemplateTree.MemberNode member, String pointer) {
        String name = member.name();
        String at = pointer + "/" + name.replace("~", "~0").replace("/", "~1");
        String escaped = JsonOutline.escaped(isEscapedKeyword(name) ? name.substring(1) : name);
        if (member.namePieces() != null) {
            for (Object piece : member.namePieces().pieces()) {
                if (piece instanceof JsonOutline.Pill pill) {
                    reject(pill, pointer, "can't be part of a member name: use a pill for the whole object");
                }
            }
            escaped = String.join(
                    "",
                    member.namePieces().pieces().stream().map(String::valueOf).toList());
        }
        return new JsonFragment.PrefixedFragment(utf8(",\"" + escaped + "\":"), value(member.value(), at));
    }

    /** Whether a name is a keyword with additional leading dollar signs. */
    private static boolean isEscapedKeyword(String name) {
        String bare = name.replaceFirst("^\\$+", "\\$");
        return name.startsWith("$$") && (EACH_KEYWORDS.contains(bare) || IF_KEYWORDS.contains(bare));
    }

    private JsonFragment whole(JsonOutline.Pill found, String pointer) {
        Expression pill = read(found, pointer, PillUsage.ANYTHING);
        return pill == null ? NONE : new JsonFragment.ValueFragment(pill);
    }

    private JsonFragment text(JsonTemplateTree tree, String pointer) {
        List<Object> pieces = new ArrayList<>();
        StringBuilder literal = new StringBuilder("\"");
        boolean canOmit = false;
        List<Object> cut = tree.pieces() == null
                ? List.of(JsonOutline.escaped(tree.text()))
                : tree.pieces().pieces();
        for (Object piece : cut) {
            if (!(piece instanceof JsonOutline.Pill found)) {
                literal.append(piece);
                continue;
            }
            Expression pill = read(found, pointer, PillUsage.SINGLE);
            if (pill != null) {
                if (pill.canBeNull()) {
                    reject(found, pointer, "null has no text form: use | default('')");
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

    private @Nullable Expression read(JsonOutline.Pill found, String pointer, Set<ValueType> acceptedTypes) {
        Expression pill = syntax.read(found.token(), found.location().withPointer(pointer), names, problems);
        if (pill != null && pill.keepsSlashes()) {
            reject(found, pointer, TextTemplate.PATH_ONLY);
        }
        if (pill != null) {
            usages.add(new PillUsage(pill, path(pill), PillUsage.acceptedTypes(pill, acceptedTypes)));
        }
        return pill;
    }

    /** Returns the path from the job's values, also for a pill within a list element; empty if a filter created the list. */
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
                && (!as.isString() || as.pieces() != null || !PillPath.isIdentifier(name) || names.contains(name))) {
            problems.add(TemplateProblem.of(
                    outline.location(as.position()).withPointer(pointer + "/$as"),
                    Code.MALFORMED,
                    null,
                    "\"$as\" must be a name for the element, such as \"line\", that no enclosing list uses"));
            return NONE;
        }
        int slot = names.size();
        slots = Math.max(slots, slot + 1);
        names.add(name);
        lists.add(
                list == null || list.filters().stream().anyMatch(step -> step.definition() != null) ? "" : path(list));
        JsonFragment item = value(Objects.requireNonNull(structure.get("$item")), pointer + "/$item");
        names.remove(slot);
        lists.remove(slot);
        return list == null ? NONE : new JsonFragment.EachFragment(list, slot, item);
    }

    private JsonFragment conditional(Map<String, JsonTemplateTree> structure, String pointer) {
        Expression pill = pill(structure, "$if", pointer, PillUsage.ANYTHING);
        JsonFragment then = value(Objects.requireNonNull(structure.get("$then")), pointer + "/$then");
        JsonTemplateTree elseTree = structure.get("$else");
        JsonFragment elseFragment = elseTree == null ? null : value(elseTree, pointer + "/$else");
        JsonTemplateTree equals = structure.get("$equals");
        JsonNode equal = equals == null ? null : scalar(equals, pointer + "/$equals");
        return pill == null
                ? NONE
                : new JsonFragment.IfFragment(new JsonFragment.IfCondition(pill, equal), then, elseFragment);
    }

    private @Nullable Expression pill(
            Map<String, JsonTemplateTree> structure, String keyword, String pointer, Set<ValueType> takes) {
        JsonTemplateTree tree = Objects.requireNonNull(structure.get(keyword));
        JsonOutline.Pill whole = tree.pieces() == null ? null : tree.pieces().whole();
        if (whole == null) {
            problems.add(TemplateProblem.of(
                    outline.location(tree.position()).withPointer(pointer + "/" + keyword),
                    Code.MALFORMED,
                    null,
                    "\"" + keyword + "\" requires exactly one pill, such as \"{{order.lines}}\""));
            return null;
        }
        return read(whole, pointer + "/" + keyword, takes);
    }

    private JsonNode scalar(JsonTemplateTree tree, String pointer) {
        boolean isScalar = tree.token().isScalarValue() && tree.pieces() == null;
        if (!isScalar) {
            problems.add(TemplateProblem.of(
                    outline.location(tree.position()).withPointer(pointer),
                    Code.MALFORMED,
                    null,
                    "\"$equals\" requires a string, a number, true, false or null, without pills"));
        }
        return switch (tree.token()) {
            case VALUE_STRING -> TextNode.valueOf(tree.text());
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> JsonSupport.number(tree.text());
            case VALUE_TRUE -> BooleanNode.TRUE;
            case VALUE_FALSE -> BooleanNode.FALSE;
            default -> NullNode.getInstance();
        };
    }

    private void reject(JsonOutline.Pill pill, String pointer, String message) {
        problems.add(TemplateProblem.of(
                pill.location().withPointer(pointer),
                Code.MISPLACED,
                pill.token().inside().strip(),
                message));
    }

    /** Joins members in sequence if none can be omitted; adjacent literals become one fragment. */
    private static JsonFragment container(char open, char close, List<JsonFragment.PrefixedFragment> members) {
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
            sequence.fragments().forEach(inner -> append(inner, literal, parts));
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
