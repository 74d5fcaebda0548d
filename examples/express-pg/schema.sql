DROP TABLE IF EXISTS orders, products;

CREATE TABLE products (
  id integer PRIMARY KEY,
  name text NOT NULL,
  category text NOT NULL,
  stock integer NOT NULL CHECK (stock >= 0)
);

CREATE TABLE orders (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  product_id integer NOT NULL REFERENCES products,
  quantity integer NOT NULL CHECK (quantity > 0)
);

INSERT INTO products (id, name, category, stock)
SELECT id, 'product ' || id, CASE WHEN id % 2 = 0 THEN 'books' ELSE 'games' END, 1000
FROM generate_series(1, 10) AS id;
