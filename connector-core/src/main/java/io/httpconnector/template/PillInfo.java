package io.httpconnector.template;

import java.util.List;

/**
 * A description of a pill in a template, for user interfaces that ask for its value.
 *
 * @param path the path of its value, such as {@code account.Name}; within an {@code $each} including the list,
 *     {@code order.lines[*].sku}
 * @param required whether rendering fails if the value is missing
 * @param locations its locations: {@code url}, {@code query q}, {@code body /venue/name}
 * @param type the required type of the value: {@code any}, {@code single} (a text, number or Boolean), {@code text},
 *     {@code number}, {@code boolean}, {@code list}, {@code object}, or several separated by {@code |}
 * @param filters the names of its filters, in their order
 */
public record PillInfo(String path, boolean required, List<String> locations, String type, List<String> filters) {}
