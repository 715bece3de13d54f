package io.httpconnector.template;

import java.util.List;

/**
 * A pill of a template, for whoever fills it.
 *
 * @param path where its value comes from, such as {@code account.Name}; within an {@code $each} from the list on,
 *     {@code order.lines[*].sku}
 * @param required whether rendering fails without a value
 * @param locations where it stands: {@code url}, {@code query q}, {@code body /venue/name}
 * @param type what the value must be: {@code any}, {@code single} (a text, number, or true or false), {@code text},
 *     {@code number}, {@code boolean}, {@code list}, {@code object}, or several with {@code |} between them
 * @param filters the names of its filters, in their order
 */
public record PillInfo(String path, boolean required, List<String> locations, String type, List<String> filters) {}
